/** The names that files have in Kafka's data directory (LogFileUtils, LogManager). @module */

/** In the data directory, beside the partitions' directories. */
export const RECOVERY_POINT_CHECKPOINT = 'recovery-point-offset-checkpoint'
export const LOG_START_CHECKPOINT = 'log-start-offset-checkpoint'
export const HIGH_WATERMARK_CHECKPOINT = 'replication-offset-checkpoint'
export const CLEANER_CHECKPOINT = 'cleaner-offset-checkpoint'
export const CLEAN_SHUTDOWN_MARKER = '.kafka_cleanshutdown'

/** In every partition's directory. */
export const PARTITION_METADATA = 'partition.metadata'
export const LEADER_EPOCH_CHECKPOINT = 'leader-epoch-checkpoint'

/** The files named by the first offset of their segment. */
export type SegmentSuffix = 'log' | 'index' | 'timeindex' | 'txnindex' | 'snapshot'

/** What a name ends with while a segment is being replaced: its files are not complete yet, or not in their place. */
export type ReplacementSuffix = '' | '.cleaned' | '.swap'

const OFFSET_DIGITS = 20
const SEGMENT_FILE = /^(\d{20})\.(log|index|timeindex|txnindex|snapshot)(\.deleted|\.cleaned|\.swap)?$/

/** `<20 digits>.<suffix>` */
export function segmentFileName(
  baseOffset: number,
  suffix: SegmentSuffix,
  replacement: ReplacementSuffix = '',
): string {
  return `${String(baseOffset).padStart(OFFSET_DIGITS, '0')}.${suffix}${replacement}`
}

/** What the name of a file says. */
export interface SegmentFileName {
  readonly name: string
  readonly baseOffset: number
  readonly suffix: string
  /** What an interrupted deletion or compaction left: '.deleted', '.cleaned', '.swap', or '' for a file in use. */
  readonly leftover: string
}

/** What `name` says, or null where it names none of a segment's files. */
export function parseSegmentFileName(name: string): SegmentFileName | null {
  const match = SEGMENT_FILE.exec(name)
  if (match === null) return null
  return { name, baseOffset: Number(match[1]), suffix: match[2] ?? '', leftover: match[3] ?? '' }
}

/** The directory of a partition. */
export function partitionDirectory(topic: string, partition: number): string {
  return `${topic}-${partition}`
}

/** What has become of a partition's directory that is no log any more: it is being removed, or was set aside. */
export type Retirement = 'delete' | 'stray'

const MAX_NAME_LENGTH = 255

/** The name of such a directory, where `id` is its alone (LocalLog.logDeleteDirName, logStrayDirName). */
export function retiredDirectory(topic: string, partition: number, id: string, retirement: Retirement): string {
  const end = `-${partition}.${id}-${retirement}`
  return topic.slice(0, MAX_NAME_LENGTH - end.length) + end
}

/** Whether a directory has the name of one that is being removed. */
export function isBeingDeleted(name: string): boolean {
  return /^\S+-\d+\.\S+-delete$/.test(name)
}

/** The topic and partition whose directory has this name, or null where it is none (LocalLog.parseTopicPartitionName). */
export function parsePartitionDirectory(name: string): { readonly topic: string; readonly partition: number } | null {
  const [, topic, partition] = /^([\w.-]+)-(\d+)$/.exec(name) ?? []
  return topic === undefined ? null : { topic, partition: Number(partition) }
}
