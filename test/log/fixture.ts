/** Logs and batches for the tests of the log. @module */

import type { Uuid } from '../../src/base/uuid.ts'
import type { DiskFile } from '../../src/log/disk.ts'
import { defaultLogConfig, type LogConfig } from '../../src/log/log-config.ts'
import { PartitionLog, type PartitionLogOptions } from '../../src/log/partition.ts'
import type { AppendOutcome } from '../../src/log/staging.ts'
import type { ValidatedRecords } from '../../src/log/validate.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { type BatchHeader, batchHeaders } from '../../src/wire/records/batch.ts'
import { type BatchOptions, encodeBatch } from '../../src/wire/records/batch-encoder.ts'
import type { SimDisk } from '../sim/disk.ts'

export const DIRECTORY = 't-0'
export const NOW_MS = 1_700_000_000_000

export interface BatchShape extends BatchOptions {
  /** One record for each; 1 record at `NOW_MS` if left out. */
  readonly timestamps?: readonly number[]
  /** Of each value; 10 if left out. */
  readonly valueBytes?: number
}

/** A batch as a client sends it: its offsets begin at 0. */
export function batch({ timestamps = [NOW_MS], valueBytes = 10, ...options }: BatchShape = {}): Uint8Array {
  const value = new Uint8Array(valueBytes).fill(7)
  const records = timestamps.map((timestamp, offset) => ({ offset, timestamp, key: null, value }))
  return encodeBatch(options, records)
}

export function validated(...batches: readonly Uint8Array[]): ValidatedRecords {
  const bytes = new Uint8Array(batches.flatMap(one => [...one]))
  return { bytes, batches: [...batchHeaders(bytes)], logAppendTimeMs: -1 }
}

export function newOutcome(): AppendOutcome {
  return { errorCode: ErrorCode.UNKNOWN_SERVER_ERROR, baseOffset: -99, logAppendTimeMs: -99, logStartOffset: -99 }
}

/** Stages one batch and returns what became of it so far. */
export function stage(log: PartitionLog, shape: BatchShape = {}, nowMs = NOW_MS): AppendOutcome {
  const outcome = newOutcome()
  log.stage(validated(batch(shape)), outcome, nowMs)
  return outcome
}

/** Stages and commits one batch. */
export function append(log: PartitionLog, shape: BatchShape = {}, nowMs = NOW_MS): AppendOutcome {
  const outcome = stage(log, shape, nowMs)
  log.commit()
  return outcome
}

export interface OpenShape extends Partial<Omit<PartitionLogOptions, 'config'>> {
  readonly config?: Partial<LogConfig>
}

export function openLog(disk: SimDisk, { config = {}, ...options }: OpenShape = {}): PartitionLog {
  return PartitionLog.open(disk, DIRECTORY, {
    topic: 't',
    partition: 0,
    topicId: 'Kfj7w9vRQ_mQyjUxsGqXwA' as Uuid,
    leaderEpoch: 0,
    nowMs: NOW_MS,
    isCleanStart: false,
    ...options,
    config: { ...defaultLogConfig, ...config },
  })
}

/** The headers of everything in the log. */
export function allBatches(log: PartitionLog): BatchHeader[] {
  const found: BatchHeader[] = []
  for (let offset = log.logStartOffset; offset < log.logEndOffset; ) {
    const { pieces } = log.read(offset, 1 << 20, log.logEndOffset, 'whole')
    const headers = pieces.flatMap(piece => [...batchHeaders(piece)])
    found.push(...headers)
    const last = headers.at(-1)
    if (last === undefined) throw new Error(`nothing at ${offset}`)
    offset = last.baseOffset + last.lastOffsetDelta + 1
  }
  return found
}

/** `base-last` offsets of everything in the log. */
export function offsetRanges(log: PartitionLog): string[] {
  return allBatches(log).map(of => `${of.baseOffset}-${of.baseOffset + of.lastOffsetDelta}`)
}

/** Changes one byte of a file. */
export function flipByte(file: DiskFile, position: number): void {
  const [byte = 0] = file.read(position, 1)
  file.write([Uint8Array.of(byte ^ 0xff)], position)
}

export function path(name: string): string {
  return `${DIRECTORY}/${name}`
}
