/** Reads answers where they lie: whether they tell of an error, and how far they bring a reader. @module */
import { errorName } from '../../../src/wire/errors.ts'
import { BATCH, LOG_OVERHEAD_BYTES } from '../../../src/wire/records/batch.ts'

const CORRELATION_ID_BYTES = 4
const COUNT_BYTES = 4
/** Index, error code, base offset, log append time, log start offset. */
const PRODUCE_PARTITION_BYTES = 4 + 2 + 8 + 8 + 8
const THROTTLE_BYTES = 4
/** Index, error code. */
const COMMITTED_PARTITION_BYTES = 4 + 2
/** Throttle time, error code, session id. */
const FETCH_HEAD_BYTES = 4 + 2 + 4
/** High watermark, last stable offset, log start offset. */
const FETCH_OFFSETS_BYTES = 8 + 8 + 8
const ABORTED_TRANSACTION_BYTES = 16

/** An answer with an error code where there should be none. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError'
  constructor(
    api: string,
    readonly code: number,
  ) {
    super(`${api} answered ${errorName(code)}`)
  }
}

/** Checks an answer of Produce v7 about one topic. @throws AnswerError for an error in any partition */
export function checkProduced(view: DataView, answer: number, correlationId: number): void {
  if (view.getInt32(answer) !== correlationId) throw new Error('an answer out of turn')
  let position = afterString(view, answer + CORRELATION_ID_BYTES + COUNT_BYTES)
  const count = view.getInt32(position)
  position += COUNT_BYTES
  for (let index = 0; index < count; index++, position += PRODUCE_PARTITION_BYTES) {
    const code = view.getInt16(position + 4)
    if (code !== 0) throw new AnswerError('Produce', code)
  }
}

/** Checks an answer of OffsetCommit v7 about one topic. @throws AnswerError for an error in any partition */
export function checkCommitted(view: DataView, answer: number): void {
  let position = afterString(view, answer + CORRELATION_ID_BYTES + THROTTLE_BYTES + COUNT_BYTES)
  const count = view.getInt32(position)
  position += COUNT_BYTES
  for (let index = 0; index < count; index++, position += COMMITTED_PARTITION_BYTES) {
    const code = view.getInt16(position + 4)
    if (code !== 0) throw new AnswerError('OffsetCommit', code)
  }
}

/** An answer of Fetch v10 or v11 about one topic. One object reads them all. */
export class FetchAnswer {
  /** Bytes of whole batches, in all partitions. */
  bytes = 0
  /** The offset after the last of them. */
  nextOffset = 0

  constructor(
    /** v11 has an int32 before the records: the replica to prefer. */
    private readonly hasPreferredReplica: boolean,
  ) {}

  /** @throws AnswerError */
  read(view: DataView, answer: number): void {
    this.bytes = 0
    this.refuse(view.getInt16(answer + CORRELATION_ID_BYTES + 4))
    let position = answer + CORRELATION_ID_BYTES + FETCH_HEAD_BYTES
    // Nothing has come: a broker may then leave the topic out.
    if (view.getInt32(position) === 0) return
    position = afterString(view, position + COUNT_BYTES)
    const count = view.getInt32(position)
    position += COUNT_BYTES
    for (let index = 0; index < count; index++) position = this.readPartition(view, position)
  }

  /** Returns where the next partition begins. */
  private readPartition(view: DataView, start: number): number {
    this.refuse(view.getInt16(start + 4))
    let position = start + 4 + 2 + FETCH_OFFSETS_BYTES
    position += COUNT_BYTES + Math.max(view.getInt32(position), 0) * ABORTED_TRANSACTION_BYTES
    if (this.hasPreferredReplica) position += 4
    const end = position + COUNT_BYTES + Math.max(view.getInt32(position), 0)
    this.readBatches(view, position + COUNT_BYTES, end)
    return end
  }

  private readBatches(view: DataView, start: number, end: number): void {
    let position = start
    while (position + BATCH.records <= end) {
      const sizeBytes = LOG_OVERHEAD_BYTES + view.getInt32(position + BATCH.length)
      if (position + sizeBytes > end) break
      this.bytes += sizeBytes
      const baseOffset = view.getUint32(position) * 2 ** 32 + view.getUint32(position + 4)
      this.nextOffset = baseOffset + view.getInt32(position + BATCH.lastOffsetDelta) + 1
      position += sizeBytes
    }
  }

  private refuse(code: number): void {
    if (code !== 0) throw new AnswerError('Fetch', code)
  }
}

function afterString(view: DataView, position: number): number {
  return position + 2 + Math.max(view.getInt16(position), 0)
}
