/** Elections: this broker holds none, but a directory may come from a Kafka that has. @module */
import { type Uuid, zeroUuid } from '../../src/base/uuid.ts'
import { MetadataJournal } from '../../src/broker/metadata-journal.ts'
import type { World } from './world.ts'

const noChange = {
  isr: null,
  replicas: null,
  removingReplicas: null,
  addingReplicas: null,
  leaderRecoveryState: -1,
  eligibleLeaderReplicas: null,
  lastKnownElr: null,
  directories: null,
}

/** Stops the broker, elects it once more as the leader of the partition, and starts it: the next epoch begins. */
export function electAgain(world: World, topicId: Uuid, partitionId = 0): void {
  world.broker.close()
  const identity = { nodeId: 1, clusterId: '', directoryId: zeroUuid }
  const journal = new MetadataJournal(world.disk, world.clock, identity, { warn() {}, warnSparingly() {} })
  // An append goes behind what was read.
  for (const _record of journal.records());
  journal.append([{ type: 'partitionChangeRecord', value: { ...noChange, partitionId, topicId, leader: 1 } }])
  journal.close()
  world.crash()
}
