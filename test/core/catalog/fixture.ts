/** A catalog on a journal in memory, for the tests of the catalog and of its doors. @module */

import { parseUuid, zeroUuid } from '../../../src/base/uuid.ts'
import {
  type BrokerIdentity,
  Catalog,
  type MetadataLog,
  type NewTopic,
  type Topic,
} from '../../../src/core/catalog/catalog.ts'
import type { MetadataRecord } from '../../../src/core/catalog/metadata-record.ts'
import { BrokerConfigs } from '../../../src/core/configs/broker-configs.ts'
import type { LogLevel } from '../../../src/core/configs/log-levels.ts'
import { JournalError } from '../../../src/core/machine.ts'
import { SeededRandom } from '../../sim/random.ts'

export const identity: BrokerIdentity = {
  nodeId: 1,
  clusterId: '4L6g3nShT-eMCtK--X86sw',
  directoryId: parseUuid('k3_f8agQSxvmZUuYEW959Q') ?? zeroUuid,
}

export class MemoryJournal implements MetadataLog {
  readonly leaderEpoch = 1
  readonly records: MetadataRecord[] = []
  /** How many came with each append. */
  readonly counts: number[] = []
  isFull = false

  get logEndOffset(): number {
    return this.records.length
  }

  append(records: readonly MetadataRecord[]): void {
    if (this.isFull) throw new JournalError('full')
    this.records.push(...records)
    this.counts.push(records.length)
  }
}

export class CatalogFixture {
  readonly journal = new MemoryJournal()
  readonly created: Topic[] = []
  readonly removed: Topic[] = []
  /** Each time a topic had to take other configs. */
  readonly configured: Topic[] = []
  strayCalls = 0
  readonly log: { level?: LogLevel } = { level: 'INFO' }
  readonly configs: BrokerConfigs
  readonly catalog: Catalog

  constructor(settings: Readonly<Record<string, string>> = {}, strictReplication = false, seed = 1) {
    this.configs = new BrokerConfigs(new Map(Object.entries(settings)), { strictReplication })
    const random = new SeededRandom(seed)
    this.catalog = new Catalog({
      identity,
      configs: this.configs,
      journal: this.journal,
      directories: {
        create: topic => this.created.push(topic),
        configure: topic => this.configured.push(topic),
        remove: topic => this.removed.push(topic),
        removeStrays: () => this.strayCalls++,
      },
      log: this.log,
      randomBytes: size => random.bytes(size),
    })
  }

  create(...topics: readonly (Partial<NewTopic> & { readonly name: string })[]) {
    return this.catalog.createTopics({ topics: topics.map(newTopic), validateOnly: false, timeoutMs: 1000 }, 0)
  }

  /** A catalog that has recovered from this one's journal. */
  restarted(): CatalogFixture {
    const next = new CatalogFixture({}, false, 2)
    for (const record of this.journal.records) next.catalog.recover(record)
    next.journal.records.push(...this.journal.records)
    next.catalog.resume(0)
    return next
  }
}

export function newTopic(topic: Partial<NewTopic> & { readonly name: string }): NewTopic {
  return { numPartitions: 1, replicationFactor: 1, assignments: [], configs: [], ...topic }
}
