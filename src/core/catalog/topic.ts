/** Topics and partitions as the doors see them, and the rules for their names. @module */
import type { Uuid } from '../../base/uuid.ts'

/** Stands where no broker leads a partition (LeaderConstants.NO_LEADER). */
export const NO_LEADER = -1

export interface Partition {
  readonly index: number
  /** The broker that leads, or NO_LEADER. */
  readonly leaderId: number
  readonly leaderEpoch: number
  /** Counts every change of the partition's registration. */
  readonly partitionEpoch: number
  readonly replicas: readonly number[]
  readonly isr: readonly number[]
  /** The log directory of each replica, in their order. */
  readonly directories: readonly Uuid[]
  readonly eligibleLeaderReplicas: readonly number[]
  readonly lastKnownElr: readonly number[]
}

export interface Topic {
  readonly name: string
  readonly id: Uuid
  readonly isInternal: boolean
  /** By index, without gaps. */
  readonly partitions: readonly Partition[]
  /** The topic's own configs: what is not set has its default. */
  readonly configs: ReadonlyMap<string, string>
}

/** Not a topic that clients see, and no name for one (Topic.CLUSTER_METADATA_TOPIC_NAME). */
export const CLUSTER_METADATA = '__cluster_metadata'
export const CONSUMER_OFFSETS = '__consumer_offsets'
export const TRANSACTION_STATE = '__transaction_state'
export const SHARE_GROUP_STATE = '__share_group_state'

const MAX_NAME_LENGTH = 249
const internalNames: ReadonlySet<string> = new Set([CONSUMER_OFFSETS, TRANSACTION_STATE, SHARE_GROUP_STATE])

export function isInternalTopic(name: string): boolean {
  return internalNames.has(name)
}

/** What is wrong with `name`, or null (Topic.validate). */
export function topicNameFault(name: string): string | null {
  if (name === '') return 'A topic name must not be empty'
  if (name === '.' || name === '..') return `'${name}' is no topic name`
  if (name.length > MAX_NAME_LENGTH) return `A topic name has at most ${MAX_NAME_LENGTH} characters, not ${name.length}`
  if (!/^[\w.-]+$/.test(name)) return `Topic name '${name}' has characters other than a-z, A-Z, 0-9, '.', '_' and '-'`
  return null
}

/** The name that `name` has among metrics, where '.' and '_' are one: two topics must not share it (Topic.hasCollision). */
export function unifiedName(name: string): string {
  return name.replaceAll('.', '_')
}
