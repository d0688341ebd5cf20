/**
 * A data directory as Kafka's `kafka-storage format` leaves it: who the broker is, and what the metadata log begins with.
 * Kafka itself can start on it, with its controllers given in the configuration or found in the directory (KIP-853).
 * @module
 */
import type { Random } from '../base/random.ts'
import { makeUuid, parseUuid } from '../base/uuid.ts'
import type { BrokerIdentity } from '../core/catalog/catalog.ts'
import type { MetadataRecord } from '../core/catalog/metadata-record.ts'
import { CLUSTER_METADATA } from '../core/catalog/topic.ts'
import type { BrokerConfigs } from '../core/configs/broker-configs.ts'
import type { Millis } from '../core/machine.ts'
import type { Disk } from '../log/disk.ts'
import { parsePartitionDirectory, partitionDirectory } from '../log/file-names.ts'
import { MalformedError } from '../wire/errors.ts'
import { votersSnapshot } from './metadata-batches.ts'

/** Where the metadata log lies. */
export const METADATA_DIRECTORY = partitionDirectory(CLUSTER_METADATA, 0)

const META_PROPERTIES = 'meta.properties'
/** The snapshot before the first record: it holds the voters alone. */
const FIRST_SNAPSHOT = '00000000000000000000-0000000000.checkpoint'

/** Feature levels of a new cluster of Kafka 4.3 (MetadataVersion.IBP_4_3_IV0, Feature.PRODUCTION_FEATURES). */
const bootstrapFeatures: readonly (readonly [name: string, level: number])[] = [
  ['metadata.version', 30],
  ['eligible.leader.replicas.version', 1],
  ['group.version', 1],
  ['share.version', 1],
  ['streams.version', 1],
  ['transaction.version', 2],
]

/**
 * Reads who the broker of the directory is, or makes a new directory. Throws MalformedError where the directory is
 * another broker's or has no meta.properties though it has partitions, and DiskError.
 */
export function openDirectory(disk: Disk, configs: BrokerConfigs, random: Random, now: Millis): BrokerIdentity {
  const identity = readIdentity(disk)
  if (identity === null) return format(disk, configs.nodeId, random, now)
  if (identity.nodeId !== configs.nodeId) {
    throw new MalformedError(
      `the directory belongs to node.id ${identity.nodeId}, and this broker is ${configs.nodeId}`,
    )
  }
  return identity
}

/** Who the broker of the directory is, or null where it has none yet. Throws MalformedError and DiskError. */
export function readIdentity(disk: Disk): BrokerIdentity | null {
  const bytes = disk.readFile(META_PROPERTIES)
  return bytes && parseMetaProperties(new TextDecoder().decode(bytes))
}

/**
 * The cluster id of a new directory: the one in Kafka's own examples of a single node, so that a broker which is set up
 * after them (`kafka-storage format` wants an id, and refuses a directory that has another) takes the directory over.
 */
const CLUSTER_ID = '4L6g3nShT-eMCtK--X86sw'

function format(disk: Disk, nodeId: number, random: Random, now: Millis): BrokerIdentity {
  refuseOrphans(disk, META_PROPERTIES)
  const identity = { nodeId, clusterId: CLUSTER_ID, directoryId: makeUuid(size => random.bytes(size)) }
  disk.makeDirectory(METADATA_DIRECTORY)
  disk.writeFile(`${METADATA_DIRECTORY}/${FIRST_SNAPSHOT}`, votersSnapshot(identity, now))
  // Last: a directory that has it is complete but for the log, which the journal begins.
  disk.writeFile(META_PROPERTIES, new TextEncoder().encode(metaProperties(identity)))
  return identity
}

/** Throws MalformedError where there are partitions although `missing`, which says whose they are, is not there. */
export function refuseOrphans(disk: Disk, missing: string): void {
  const orphan = disk.list('').find(name => name !== METADATA_DIRECTORY && parsePartitionDirectory(name) !== null)
  if (orphan !== undefined) throw new MalformedError(`the directory holds ${orphan}, but no ${missing}`)
}

function metaProperties({ nodeId, clusterId, directoryId }: BrokerIdentity): string {
  return `version=1\nnode.id=${nodeId}\ncluster.id=${clusterId}\ndirectory.id=${directoryId}\n`
}

function parseMetaProperties(text: string): BrokerIdentity {
  const properties = new Map<string, string>()
  for (const line of text.split(/\r?\n/)) {
    const [, key, value] = /^([^#=\s]+)\s*=\s*(.*)$/.exec(line) ?? []
    if (key !== undefined && value !== undefined) properties.set(key, value.replaceAll('\\', ''))
  }
  const nodeId = Number(properties.get('node.id') ?? Number.NaN)
  const clusterId = properties.get('cluster.id')
  const directoryId = parseUuid(properties.get('directory.id') ?? '')
  if (properties.get('version') !== '1' || !Number.isSafeInteger(nodeId) || !clusterId || !directoryId) {
    throw new MalformedError(`${META_PROPERTIES} must have version=1, node.id, cluster.id and directory.id`)
  }
  return { nodeId, clusterId, directoryId }
}

/** The records that a metadata log begins with: the features. */
export function bootstrapRecords(): MetadataRecord[] {
  return bootstrapFeatures.map(([name, featureLevel]) => ({
    type: 'featureLevelRecord',
    value: { name, featureLevel },
  }))
}
