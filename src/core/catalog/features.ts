/** The features of a cluster (KIP-584), and how far this broker keeps what they promise. @module */

export interface SupportedFeature {
  readonly name: string
  readonly minVersion: number
  readonly maxVersion: number
}

export interface FinalizedFeature {
  readonly name: string
  readonly level: number
}

export interface FeaturesInForce {
  readonly finalized: readonly FinalizedFeature[]
  /** Greater after each change, and over restarts. */
  readonly epoch: number
}

export const ELIGIBLE_LEADER_REPLICAS = 'eligible.leader.replicas.version'
export const KRAFT_VERSION = 'kraft.version'
export const METADATA_VERSION = 'metadata.version'
export const TRANSACTION_VERSION = 'transaction.version'

/** IBP_3_3_IV3 */
const LEAST_METADATA_VERSION = 7
/** IBP_4_0_IV1 */
const METADATA_VERSION_OF_ELR = 23

/**
 * The features of Kafka 4.3 (MetadataVersion, KRaftVersion, Feature), each up to the last level whose promise is kept
 * here. Where that is 0, the metadata log finalizes a higher one for Kafka's sake, and nobody is told.
 */
export const supportedFeatures: readonly SupportedFeature[] = [
  { name: ELIGIBLE_LEADER_REPLICAS, minVersion: 0, maxVersion: 1 },
  { name: 'group.version', minVersion: 0, maxVersion: 0 },
  { name: KRAFT_VERSION, minVersion: 0, maxVersion: 1 },
  { name: METADATA_VERSION, minVersion: LEAST_METADATA_VERSION, maxVersion: 30 },
  { name: 'share.version', minVersion: 0, maxVersion: 0 },
  { name: 'streams.version', minVersion: 0, maxVersion: 0 },
  { name: TRANSACTION_VERSION, minVersion: 0, maxVersion: 2 },
]

const byName: ReadonlyMap<string, SupportedFeature> = new Map(supportedFeatures.map(feature => [feature.name, feature]))

/** The level of a feature that is in force where the metadata log finalizes `levels`; 0 for none. */
export function levelInForce(levels: ReadonlyMap<string, number>, name: string): number {
  const level = levels.get(name) ?? 0
  return supportFault(name, level) === null ? level : 0
}

/** All that are in force. */
export function finalizedFeatures(levels: ReadonlyMap<string, number>): FinalizedFeature[] {
  const all = Array.from(levels.keys(), name => ({ name, level: levelInForce(levels, name) }))
  return all.filter(({ level }) => level > 0)
}

/** Why a feature cannot be at `level` in this broker, or null. */
export function supportFault(name: string, level: number): string | null {
  const feature = byName.get(name)
  if (!feature) return 'There is no such feature.'
  const { minVersion, maxVersion } = feature
  if (level >= minVersion && level <= maxVersion) return null
  return maxVersion === 0 ? 'This broker does not have it.' : `Versions ${minVersion} to ${maxVersion} are supported.`
}

/** Why a feature cannot be at `level` beside the others, which have `levels`, or null (Feature.validateVersion). */
export function dependencyFault(name: string, level: number, levels: ReadonlyMap<string, number>): string | null {
  const needed = name === ELIGIBLE_LEADER_REPLICAS ? METADATA_VERSION_OF_ELR : LEAST_METADATA_VERSION
  if (level === 0 || (levels.get(METADATA_VERSION) ?? 0) >= needed) return null
  return `It needs ${METADATA_VERSION} ${needed}.`
}
