/** What has been accepted but not yet written: the appends of one turn, which become part of the log together. @module */

import { ErrorCode } from '../wire/errors.ts'
import type { ValidatedRecords } from './validate.ts'

/** What became of one append: the caller's own object, structurally the partition entry of a Produce response. */
export interface AppendOutcome {
  errorCode: ErrorCode
  errorMessage?: string | null
  /** The offset of the first record, -1 if it was not appended. */
  baseOffset: number
  /** With LogAppendTime, and for a repeated batch, its timestamp; else -1. */
  logAppendTimeMs: number
  /** The log start offset, -1 after a storage error. */
  logStartOffset: number
}

export class Staging {
  /** In the order of their offsets. */
  readonly appends: ValidatedRecords[] = []
  /** The bytes to write, in order. */
  readonly pieces: Uint8Array[] = []
  sizeBytes = 0
  /** Whether any of them ends a transaction. */
  hasMarkers = false
  /** Everything that is to be withdrawn if the write fails: the appends, and the repetitions of what is staged. */
  private readonly outcomes: AppendOutcome[] = []

  /** `endOffset` is the offset that the next record gets. */
  constructor(public endOffset: number) {}

  get isEmpty(): boolean {
    return this.appends.length === 0
  }

  add(records: ValidatedRecords, endOffset: number, outcome: AppendOutcome): void {
    this.appends.push(records)
    this.pieces.push(records.bytes)
    this.sizeBytes += records.bytes.length
    this.endOffset = endOffset
    this.outcomes.push(outcome)
  }

  /** An outcome that holds only if what is staged is written. */
  addOutcome(outcome: AppendOutcome): void {
    this.outcomes.push(outcome)
  }

  /** What was staged is in the log. */
  clear(): void {
    this.appends.length = 0
    this.pieces.length = 0
    this.outcomes.length = 0
    this.sizeBytes = 0
    this.hasMarkers = false
  }

  /** What was staged was not written: the log still ends at `endOffset`. */
  drop(endOffset: number): void {
    for (const outcome of this.outcomes) failOutcome(outcome, ErrorCode.KAFKA_STORAGE_ERROR, -1)
    this.clear()
    this.endOffset = endOffset
  }
}

/** Of an append that is still to come. */
export function newOutcome(): AppendOutcome {
  return { errorCode: ErrorCode.NONE, baseOffset: -1, logAppendTimeMs: -1, logStartOffset: -1 }
}

/** Writes into `outcome` where the records are. */
export function fillOutcome(
  outcome: AppendOutcome,
  baseOffset: number,
  logAppendTimeMs: number,
  logStartOffset: number,
): void {
  outcome.errorCode = ErrorCode.NONE
  outcome.errorMessage = null
  outcome.baseOffset = baseOffset
  outcome.logAppendTimeMs = logAppendTimeMs
  outcome.logStartOffset = logStartOffset
}

/** Writes into `outcome` that nothing was appended. */
export function failOutcome(outcome: AppendOutcome, errorCode: ErrorCode, logStartOffset: number): void {
  outcome.errorCode = errorCode
  outcome.errorMessage = null
  outcome.baseOffset = -1
  outcome.logAppendTimeMs = -1
  outcome.logStartOffset = logStartOffset
}
