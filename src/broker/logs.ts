/**
 * The logs of this broker's partitions: opened on first use, so that a start costs the same with one topic and with a
 * thousand, and written together at the end of each turn.
 * @module
 */
import type { LogStart, Logs, ProduceOutcome } from '../api/rooms.ts'
import type { Uuid } from '../base/uuid.ts'
import type { Partition, Topic } from '../core/catalog/catalog.ts'
import type { BrokerConfigs } from '../core/configs/broker-configs.ts'
import { topicSettings } from '../core/configs/topic-configs.ts'
import type { Millis } from '../core/machine.ts'
import { type PartitionOffset, readPartitionMetadata } from '../log/checkpoints.ts'
import { type Disk, DiskError, type DiskSpace } from '../log/disk.ts'
import {
  isBeingDeleted,
  LEADER_EPOCH_CHECKPOINT,
  LOG_START_CHECKPOINT,
  PARTITION_METADATA,
  parsePartitionDirectory,
  parseSegmentFileName,
  partitionDirectory,
  RECOVERY_POINT_CHECKPOINT,
  type Retirement,
  retiredDirectory,
} from '../log/file-names.ts'
import { PartitionLog, type TransactionEnd } from '../log/partition.ts'
import { validateProduce } from '../log/validate.ts'
import { ErrorCode } from '../wire/errors.ts'
import { type BatchHeader, batchHeaders, isTransactional } from '../wire/records/batch.ts'
import { RecordError } from '../wire/records/record-error.ts'
import type { Cleaner } from './cleaner.ts'
import { METADATA_DIRECTORY } from './format.ts'
import { OffsetCheckpoint, type TopicPartition } from './offset-checkpoint.ts'
import type { ProducerExpiry } from './producer-expiry.ts'
import type { Removals } from './removals.ts'

export interface LogsOptions {
  readonly disk: Disk
  readonly configs: BrokerConfigs
  readonly now: () => Millis
  /** Whether the last stop was clean: then the logs are as they were left, and nothing is scanned. */
  readonly isCleanStart: boolean
  /** Hears of every log that it may have to clean. */
  readonly cleaner: Cleaner
  /** Hears of every log that a producer with an id has written to. */
  readonly expiry: ProducerExpiry
  /** Is given the directories of deleted partitions. */
  readonly removals: Removals
  /** What a disk refuses, which it may do at any rate. */
  onError(message: string): void
  /** What is lost or set aside, which is told once. */
  warn(message: string): void
  /** A name for a directory that no other has. */
  makeId(): Uuid
}

/** Of logs that cannot be opened, and of batches for each, so many are remembered: a disk that refuses is no reason to grow. */
const MAX_REFUSED_COUNT = 1000

/** What a partition's directory has even where its log is empty. */
const STATE_FILES: ReadonlySet<string> = new Set([PARTITION_METADATA, LEADER_EPOCH_CHECKPOINT])

export class PartitionLogs implements Logs {
  private readonly byTopic = new Map<Uuid, (PartitionLog | undefined)[]>()
  /** Who has staged something in this turn. A set would leave its table behind with each turn. */
  private readonly withStaged: PartitionLog[] = []
  /** The first batches of idempotent producers that came for logs which could not be opened, by directory. */
  private readonly refused = new Map<string, readonly BatchHeader[]>()
  /** Offsets up to which a log is known to be on the medium. */
  private readonly recoveryPoints: OffsetCheckpoint
  private readonly logStarts: OffsetCheckpoint

  constructor(
    private readonly options: LogsOptions,
    /** Told of each log that has grown. */
    private readonly onGrowth: (log: PartitionLog) => void,
  ) {
    this.recoveryPoints = new OffsetCheckpoint(options.disk, RECOVERY_POINT_CHECKPOINT)
    this.logStarts = new OffsetCheckpoint(options.disk, LOG_START_CHECKPOINT)
  }

  find(topic: Topic | null, index: number): PartitionLog | ErrorCode {
    const partition = topic?.partitions[index]
    if (!topic || !partition) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    const open = this.byTopic.get(topic.id)?.[index]
    if (open) return open
    try {
      return this.open(topic, partition)
    } catch (error) {
      if (!(error instanceof DiskError || error instanceof RecordError)) throw error
      this.options.onError(`${partitionDirectory(topic.name, index)} cannot be opened: ${error.message}`)
      return ErrorCode.KAFKA_STORAGE_ERROR
    }
  }

  private open(topic: Topic, { index, leaderEpoch }: Partition): PartitionLog {
    const { disk, configs, now, isCleanStart, cleaner, expiry } = this.options
    const place = { topic: topic.name, partition: index }
    const directory = partitionDirectory(topic.name, index)
    const owner = readPartitionMetadata(disk, directory)
    if (owner !== null && owner !== topic.id) this.setAside(place)
    // What is there without a name on it is this topic's: no earlier one has left its directory behind.
    const isNew = owner !== topic.id && this.bytesIn(directory) === 0
    if (isNew) this.forget([place])
    const log = PartitionLog.open(disk, directory, {
      ...place,
      topicId: topic.id,
      config: topicSettings(topic.configs, configs),
      leaderEpoch,
      nowMs: now(),
      isCleanStart,
      recoveryPoint: this.recoveryPoints.offsetOf(place) ?? 0,
      logStartOffset: this.logStarts.offsetOf(place) ?? 0,
      cleanedOffset: cleaner.cleanedOffset(place) ?? 0,
      onLoss: loss => this.options.warn(`${directory}: ${loss}`),
    })
    log.onFlushed = () => cleaner.consider(log)
    log.onRefused = error => this.options.onError(error.message)
    cleaner.consider(log)
    if (log.hasProducers) expiry.watch(log)
    log.refuse(this.refused.get(directory) ?? [])
    this.refused.delete(directory)
    const logs = this.byTopic.get(topic.id) ?? []
    this.byTopic.set(topic.id, logs)
    logs[index] = log
    return log
  }

  refuse(topic: Topic, partition: number, records: Uint8Array): void {
    const directory = partitionDirectory(topic.name, partition)
    const batches = this.refused.get(directory) ?? []
    if (this.refused.size >= MAX_REFUSED_COUNT || batches.length >= MAX_REFUSED_COUNT) return
    const [first] = firstBatch(records)
    if (first && first.producerId >= 0) this.refused.set(directory, [...batches, first])
  }

  produce(log: PartitionLog, records: Uint8Array, version: number, outcome: ProduceOutcome, bumpsEpochs = false): void {
    const nowMs = this.options.now()
    const validated = validateProduce(records, {
      apiVersion: version,
      topicPartition: log.directory,
      config: log.config,
      nowMs,
      maxDecompressedBytes: this.options.configs.socketRequestMaxBytes,
    })
    if ('errorCode' in validated) {
      outcome.errorCode = validated.errorCode
      outcome.errorMessage = validated.errorMessage
      outcome.recordErrors = validated.recordErrors
      if (validated.hasLogStart) outcome.logStartOffset = log.logStartOffset
      // Within a transaction nothing later is taken before it, whatever it was refused for (VerificationStateEntry).
      log.refuse(firstBatch(records).filter(({ attributes }) => isTransactional(attributes)))
      return
    }
    if (!log.hasStaged) this.withStaged.push(log)
    log.stage(validated, outcome, nowMs, bumpsEpochs ? 'epochBumpingClient' : 'client')
  }

  /** What earlier logs of these partitions were must not be taken for theirs. @throws DiskError */
  private forget(partitions: readonly TopicPartition[]): void {
    this.recoveryPoints.forget(partitions)
    this.logStarts.forget(partitions)
    this.options.cleaner.forget(partitions)
  }

  incrementLogStartOffsets(starts: readonly LogStart[]): ErrorCode {
    const moved = starts.filter(({ log, offset }) => offset > log.logStartOffset)
    try {
      this.logStarts.enter(moved.map(({ log: { topic, partition }, offset }) => ({ topic, partition, offset })))
    } catch (error) {
      return this.errorCodeOf(error)
    }
    for (const { log, offset } of moved) log.incrementLogStartOffset(offset)
    return ErrorCode.NONE
  }

  sizeBytes({ id, name }: Topic, index: number): number {
    return this.byTopic.get(id)?.[index]?.sizeBytes ?? this.bytesIn(partitionDirectory(name, index))
  }

  /** What the log in a directory holds. @throws DiskError */
  private bytesIn(directory: string): number {
    const { disk } = this.options
    let sizeBytes = 0
    for (const file of disk.list(directory)) {
      const segment = parseSegmentFileName(file)
      if (segment?.suffix === 'log' && segment.leftover === '') sizeBytes += disk.size(`${directory}/${file}`) ?? 0
    }
    return sizeBytes
  }

  space(): DiskSpace {
    return this.options.disk.space()
  }

  errorCodeOf(error: unknown): ErrorCode {
    if (error instanceof DiskError) return ErrorCode.KAFKA_STORAGE_ERROR
    if (error instanceof RecordError) return error.code
    throw error
  }

  /** Writes what this turn has staged: one write for each partition. */
  commit(): void {
    for (const log of this.withStaged) if (log.commit()) this.grown(log)
    this.withStaged.length = 0
  }

  /**
   * Appends whole batches of our own making, at once: for journals. False where the disk did not take them; then nothing
   * was appended.
   */
  append(log: PartitionLog, batches: Uint8Array): boolean {
    if (log.append(batches, this.options.now()) === null) return false
    this.grown(log)
    return true
  }

  private grown(log: PartitionLog): void {
    if (log.hasProducers) this.options.expiry.watch(log)
    this.onGrowth(log)
  }

  endTransaction(log: PartitionLog, end: TransactionEnd): ErrorCode {
    const errorCode = log.endTransaction(end, this.options.now())
    if (errorCode !== ErrorCode.NONE) return errorCode
    this.grown(log)
    // What lies behind an open transaction is not cleaned.
    this.options.cleaner.consider(log)
    return errorCode
  }

  /**
   * Makes the directories of a topic's partitions, `from` its first new one on, so that they are there before anybody is
   * told of them. Those of internal topics come with the first use of each partition: the first group should not wait for
   * fifty of them, and most stay unused. Kafka makes what is missing when it takes the directory over.
   */
  create(topic: Topic, from: number): void {
    if (topic.isInternal) return
    for (const { index } of topic.partitions.slice(from)) this.find(topic, index)
  }

  /** Puts the configs of a topic, and the broker's behind them, in force; a log that is not open finds them when it is. */
  configure(topic: Topic): void {
    const logs = this.byTopic.get(topic.id)
    this.options.expiry.reconsider()
    if (logs === undefined) return
    const config = topicSettings(topic.configs, this.options.configs)
    for (const log of logs) {
      if (!log) continue
      log.config = config
      this.options.cleaner.consider(log)
    }
  }

  /** Whether anything may be kept of a partition: one without a directory has never been used. */
  hasDirectory(topic: Topic, index: number): boolean {
    if (this.byTopic.get(topic.id)?.[index]) return true
    try {
      return this.options.disk.list(partitionDirectory(topic.name, index)).length > 0
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
      return true
    }
  }

  /**
   * Removes a topic's logs with all that is in them; those who wait for them are told. First every directory loses its name:
   * whatever becomes of the rest, no later topic finds it. One that keeps its name is a stray.
   */
  remove(topic: Topic): void {
    const retired: string[] = []
    for (const { index } of topic.partitions) {
      if (!this.hasDirectory(topic, index)) continue
      const place = { topic: topic.name, partition: index }
      const log = this.byTopic.get(topic.id)?.[index]
      if (log) this.abandon(log)
      this.attempt(() => {
        const owner = readPartitionMetadata(this.options.disk, directoryOf(place))
        if (log || owner === null || owner === topic.id) retired.push(this.retire(place, 'delete'))
      })
      if (log) this.onGrowth(log)
    }
    this.byTopic.delete(topic.id)
    // Where it is refused, the next topic of this name will try again before it begins.
    this.attempt(() => this.forget(topic.partitions.map(({ index }) => ({ topic: topic.name, partition: index }))))
    this.options.removals.add(retired)
  }

  /**
   * Removes what a crash left of topics that are no more, of which `deletedIds` are known. Another partition that no topic has
   * keeps what it holds, under another name: it is not for us to say that nobody wants it (LogManager.isStrayKraftReplica).
   */
  removeStrays(topicByName: (name: string) => Topic | null, deletedIds: ReadonlySet<Uuid>): void {
    const { disk, removals } = this.options
    const retired: string[] = []
    for (const name of disk.list('')) {
      if (isBeingDeleted(name)) retired.push(name)
      const place = parsePartitionDirectory(name)
      if (!place || name === METADATA_DIRECTORY) continue
      if (topicByName(place.topic)?.partitions[place.partition]) continue
      this.attempt(() => {
        const owner = readPartitionMetadata(disk, name)
        if (owner !== null && deletedIds.has(owner)) retired.push(this.retire(place, 'delete'))
        // A directory of somebody else's may have the name of a partition, too.
        else if (owner !== null || this.bytesIn(name) > 0) this.setAside(place)
      })
    }
    removals.add(retired)
  }

  /** Leaves the name of a partition to a new log; what holds nothing goes. @throws DiskError */
  private setAside(place: TopicPartition): void {
    const { disk, warn } = this.options
    const directory = directoryOf(place)
    const isEmpty = (file: string) => STATE_FILES.has(file) || disk.size(`${directory}/${file}`) === 0
    if (disk.list(directory).every(isEmpty)) disk.remove(directory)
    else warn(`${directory} belongs to no topic that is known: what it holds is kept in ${this.retire(place, 'stray')}`)
  }

  /** Gives a partition's directory the name that is returned, under which nobody takes it for a log. @throws DiskError */
  private retire(place: TopicPartition, retirement: Retirement): string {
    const { disk, makeId } = this.options
    const name = retiredDirectory(place.topic, place.partition, makeId(), retirement)
    disk.rename(directoryOf(place), name)
    return name
  }

  private abandon(log: PartitionLog): void {
    const staged = this.withStaged.indexOf(log)
    if (staged >= 0) this.withStaged.splice(staged, 1)
    this.options.expiry.forget(log)
    log.abandon()
  }

  private attempt(act: () => void): void {
    try {
      act()
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
      this.options.onError(error.message)
    }
  }

  /**
   * Closes what was opened and writes down how far it is on the medium; false where the disk refused what one of the logs
   * had to write, and the next start has to recover. @throws DiskError
   */
  close(): boolean {
    this.options.cleaner.close()
    const points: PartitionOffset[] = []
    let isClean = true
    for (const logs of this.byTopic.values()) {
      for (const log of logs) {
        if (!log) continue
        const { topic, partition } = log
        if (this.closeLog(log)) points.push({ topic, partition, offset: log.recoveryPoint })
        else isClean = false
      }
    }
    if (isClean) this.recoveryPoints.enter(points)
    return isClean
  }

  private closeLog(log: PartitionLog): boolean {
    try {
      log.close()
      return true
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
      this.options.onError(`${directoryOf(log)} is not closed cleanly: ${error.message}`)
      return false
    }
  }

  /** Whether every log of `topics` that is there was opened, and so recovered where that was needed. */
  hasOpened(topics: Iterable<Topic>): boolean {
    for (const topic of topics) {
      const logs = this.byTopic.get(topic.id)
      const isUnopened = ({ index }: Partition) => !logs?.[index] && this.hasDirectory(topic, index)
      if (topic.partitions.some(isUnopened)) return false
    }
    return true
  }
}

function directoryOf({ topic, partition }: { readonly topic: string; readonly partition: number }): string {
  return partitionDirectory(topic, partition)
}

/** The header of what a client sent, or nothing where it is no batch. */
function firstBatch(records: Uint8Array): BatchHeader[] {
  try {
    return batchHeaders(records).slice(0, 1)
  } catch (error) {
    if (error instanceof RecordError) return []
    throw error
  }
}
