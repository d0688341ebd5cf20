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
  LOG_START_CHECKPOINT,
  parsePartitionDirectory,
  parseSegmentFileName,
  partitionDirectory,
  RECOVERY_POINT_CHECKPOINT,
} from '../log/file-names.ts'
import { PartitionLog, type TransactionEnd } from '../log/partition.ts'
import { validateProduce } from '../log/validate.ts'
import { ErrorCode } from '../wire/errors.ts'
import { type BatchHeader, batchHeaders } from '../wire/records/batch.ts'
import { RecordError } from '../wire/records/record-error.ts'
import type { Cleaner } from './cleaner.ts'
import { METADATA_DIRECTORY } from './format.ts'
import { OffsetCheckpoint, type TopicPartition } from './offset-checkpoint.ts'
import type { ProducerExpiry } from './producer-expiry.ts'

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
  onError(message: string): void
}

/** Of logs that cannot be opened, and of batches for each, so many are remembered: a disk that refuses is no reason to grow. */
const MAX_REFUSED_COUNT = 1000

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
    // What a crash left of an earlier topic of this name.
    if (owner !== null && owner !== topic.id) disk.remove(directory)
    if (owner !== topic.id) this.forget([place])
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
    })
    log.onFlushed = () => cleaner.consider(log)
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
    const open = this.byTopic.get(id)?.[index]
    if (open) return open.sizeBytes
    const { disk } = this.options
    const directory = partitionDirectory(name, index)
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

  /** Removes a topic's logs with all that is in them; those who wait for them are told. What stays is a stray. */
  remove(topic: Topic): void {
    for (const { index } of topic.partitions) {
      if (!this.hasDirectory(topic, index)) continue
      const log = this.find(topic, index)
      if (typeof log === 'number') continue
      const staged = this.withStaged.indexOf(log)
      if (staged >= 0) this.withStaged.splice(staged, 1)
      this.options.expiry.forget(log)
      try {
        log.remove()
      } catch (error) {
        if (!(error instanceof DiskError)) throw error
        this.options.onError(`${directoryOf(log)} is not removed: ${error.message}`)
      }
      this.onGrowth(log)
    }
    this.byTopic.delete(topic.id)
    try {
      this.forget(topic.partitions.map(({ index }) => ({ topic: topic.name, partition: index })))
    } catch (error) {
      // The next topic of this name will try again before it begins.
      if (!(error instanceof DiskError)) throw error
    }
  }

  /** Removes what a crash left of topics that are no more. */
  removeStrays(topicByName: (name: string) => Topic | null): void {
    const { disk } = this.options
    for (const name of disk.list('')) {
      const directory = parsePartitionDirectory(name)
      if (!directory || name === METADATA_DIRECTORY) continue
      const isKnown = topicByName(directory.topic)?.partitions[directory.partition] !== undefined
      if (!isKnown && readPartitionMetadata(disk, name) !== null) disk.remove(name)
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
