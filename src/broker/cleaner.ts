/**
 * Cleans compacted logs, a little at a time (Kafka's LogCleaner). Kafka's threads look every fifteen seconds for the dirtiest
 * log; here a log is looked at when something has changed: a closed segment has reached the medium, the log was opened or
 * cleaned, its configs are others, or the time has come that one of them names.
 * @module
 */
import type { Random } from '../base/random.ts'
import type { BrokerConfigs } from '../core/configs/broker-configs.ts'
import type { Millis } from '../core/machine.ts'
import type { Compaction } from '../log/compaction.ts'
import { type Disk, DiskError } from '../log/disk.ts'
import { CLEANER_CHECKPOINT, partitionDirectory } from '../log/file-names.ts'
import { OffsetMap } from '../log/offset-map.ts'
import type { PartitionLog } from '../log/partition.ts'
import { RecordError } from '../wire/records/record-error.ts'
import { OffsetCheckpoint, type TopicPartition } from './offset-checkpoint.ts'
import { REST_MS, SLICE_MS } from './pace.ts'
import type { Timer, Timers } from './timers.ts'

export interface CleanerOptions {
  readonly disk: Disk
  readonly timers: Timers
  readonly random: Random
  readonly now: () => Millis
  readonly configs: BrokerConfigs
  onError(message: string): void
}

/** What may be read in one slice. */
const SLICE_BYTES = 1024 * 1024
/** What log.cleaner.io.max.bytes.per.second allows in this time may be read at once, as in Kafka's LogCleaner. */
const THROTTLE_MS = 300
/** Kafka takes any number for log.cleaner.io.buffer.load.factor; without room nothing would ever be clean. */
const LEAST_LOAD_FACTOR = 0.01

interface Work {
  readonly log: PartitionLog
  readonly compaction: Compaction
}

export class Cleaner {
  private readonly checkpoint: OffsetCheckpoint
  private readonly isEnabled: boolean
  /** Logs to be looked at, in the order in which they came. */
  private readonly waiting = new Set<PartitionLog>()
  /** Looks at logs that become due by time alone, by directory. */
  private readonly later = new Map<string, Timer>()
  /** Logs that were asked to flush what a start knows nothing of. */
  private readonly flushed = new WeakSet<PartitionLog>()
  /** Logs that hold what cannot be read. */
  private readonly broken = new WeakSet<PartitionLog>()
  private work: Work | null = null
  private nextSlice: Timer | null = null
  private isClosed = false

  /** Throws DiskError. */
  constructor(private readonly options: CleanerOptions) {
    this.checkpoint = new OffsetCheckpoint(options.disk, CLEANER_CHECKPOINT)
    this.isEnabled = options.configs.boolean('log.cleaner.enable')
  }

  /** Up to where a log was cleaned, null if it never was. */
  cleanedOffset(of: TopicPartition): number | null {
    return this.checkpoint.offsetOf(of)
  }

  /** Something has changed in `log` that may make it worth a cleaning. */
  consider(log: PartitionLog): void {
    const isCompacted = log.config.cleanupPolicy.includes('compact')
    if (!this.isEnabled || !isCompacted || log.activeBaseOffset === log.firstBaseOffset) return
    this.waiting.add(log)
    this.wake()
  }

  /** The logs of these partitions are gone, or begin anew. Throws DiskError. */
  forget(partitions: readonly TopicPartition[]): void {
    for (const { topic, partition } of partitions) this.cancelLater(partitionDirectory(topic, partition))
    this.checkpoint.forget(partitions)
  }

  /** Nothing more is begun; what was begun ends when its log is closed. */
  close(): void {
    this.isClosed = true
    for (const directory of [...this.later.keys()]) this.cancelLater(directory)
    if (this.nextSlice) this.options.timers.cancel(this.nextSlice)
  }

  private wake(restMs = REST_MS): void {
    if (this.isClosed) return
    const { timers, now, configs } = this.options
    this.nextSlice ??= timers.schedule(now() + restMs, () => {
      this.nextSlice = null
      const bytesPerMs = configs.double('log.cleaner.io.max.bytes.per.second') / 1000
      const bytes = this.runSlice(bytesPerMs < 0 ? SLICE_BYTES : Math.min(bytesPerMs * THROTTLE_MS, SLICE_BYTES))
      if (bytes !== null) this.wake(bytes > 0 ? Math.max(bytes / bytesPerMs, REST_MS) : REST_MS)
    })
  }

  /** Cleans for a while: the bytes that were read, or null if there is nothing to do before something happens. */
  private runSlice(sliceBytes: number): number | null {
    const { now } = this.options
    const endMs = now() + SLICE_MS
    let bytes = 0
    do {
      const log = this.work?.log ?? first(this.waiting)
      const moved = log ? this.move(log) : null
      if (moved === null) return null
      bytes += moved
    } while (bytes < sliceBytes && now() < endMs)
    return bytes
  }

  /** Moves the work on `log` on, or begins it: the bytes that were read, or null where it has to wait. */
  private move(log: PartitionLog): number | null {
    try {
      if (this.work === null) {
        this.begin(log)
        return 0
      }
      const { done, value } = this.work.compaction.next()
      if (!done) return value === 'waits' ? null : value
      this.work = null
      // One that was given up by `return` has nothing more to say.
      if (typeof value === 'number') this.finish(log, value)
    } catch (error) {
      this.work = null
      if (error instanceof RecordError) this.broken.add(log)
      else if (!(error instanceof DiskError)) throw error
      this.options.onError(`${log.directory} is not cleaned: ${error.message}`)
    }
    return 0
  }

  private begin(log: PartitionLog): void {
    this.waiting.delete(log)
    if (!log.isCleanable || this.broken.has(log)) return
    const { now, random, configs } = this.options
    const nowMs = now()
    const plan = log.planCleaning(this.cleanedOffset(log), nowMs)
    this.cancelLater(log.directory)
    if (plan.isDue) {
      const loadFactor = Math.min(Math.max(configs.double('log.cleaner.io.buffer.load.factor'), LEAST_LOAD_FACTOR), 1)
      const maxBytes = configs.number('log.cleaner.dedupe.buffer.size') * loadFactor
      const offsets = new OffsetMap(maxBytes, random.below(2 ** 32))
      this.work = { log, compaction: log.compact({ plan, offsets, nowMs, wake: () => this.wake() }) }
    } else if (log.recoveryPoint < log.activeBaseOffset && !this.flushed.has(log)) {
      this.flushed.add(log)
      log.flushClosed()
    } else if (plan.againAtMs !== null) {
      this.lookLater(log, plan.againAtMs)
    }
  }

  /** There may be more: keys for which the map had no room, or what was written meanwhile. */
  private finish(log: PartitionLog, endOffset: number): void {
    const { topic, partition } = log
    this.checkpoint.enter([{ topic, partition, offset: endOffset }])
    this.consider(log)
  }

  private lookLater(log: PartitionLog, atMs: Millis): void {
    const timer = this.options.timers.schedule(atMs, () => {
      this.later.delete(log.directory)
      this.consider(log)
    })
    this.later.set(log.directory, timer)
  }

  private cancelLater(directory: string): void {
    const timer = this.later.get(directory)
    if (timer) this.options.timers.cancel(timer)
    this.later.delete(directory)
  }
}

function first<T>(set: ReadonlySet<T>): T | undefined {
  const [element] = set
  return element
}
