/** The constant answers of the bare sink and source, each a whole frame with room for the correlation id. @module */
import { FETCH_VERSION, TAIL_FETCH_VERSION } from '../versions.ts'

const LENGTH_BYTES = 4
export const CORRELATION_ID = LENGTH_BYTES
const BATCH_HEAD_BYTES = 12
const BATCH_LENGTH = 8

/** What a fetch is answered with at most. */
export const BLOCK_BYTES = 1024 * 1024
/** A batch of one record of 100 bytes. */
const SMALL_BYTES = 168

const int16 = (value: number) => [value >> 8, value & 255]
const int32 = (value: number) => [...int16(value >> 16), ...int16(value & 0xffff)]
const zeros = (count: number) => new Array<number>(count).fill(0)

/** One topic, '', and one of its partitions, 0, without an error. */
const onePartition = [...int32(1), ...int16(0), ...int32(1), ...int32(0), ...int16(0)]

/** No error, no APIs. */
export const apiVersionsAnswer = frameOf([...int16(0), ...int32(0)])
/** Base offset, log append time and log start offset, then the throttle time. */
export const produceAnswer = frameOf([...onePartition, ...zeros(3 * 8), ...int32(0)])

/** A tail gets one small batch. */
export const makeTailAnswer = () => fetchAnswer(TAIL_FETCH_VERSION, SMALL_BYTES)
/** Everybody else gets one batch that fills a block, which is the last thing in the frame. */
export const makeBlockAnswer = () => fetchAnswer(FETCH_VERSION, BLOCK_BYTES)

function fetchAnswer(version: number, recordsBytes: number): Buffer {
  // Throttle time, error code and session; the partition; its three offsets; no aborted transactions.
  const head = [...zeros(4 + 2 + 4), ...onePartition, ...zeros(3 * 8), ...int32(0)]
  const preferredReplica = version === FETCH_VERSION ? int32(-1) : []
  const answer = frameOf([...head, ...preferredReplica, ...int32(recordsBytes)], recordsBytes)
  answer.writeInt32BE(recordsBytes - BATCH_HEAD_BYTES, answer.length - recordsBytes + BATCH_LENGTH)
  return answer
}

function frameOf(body: readonly number[], roomBytes = 0): Buffer {
  const bytes = Buffer.alloc(LENGTH_BYTES + 4 + body.length + roomBytes)
  bytes.writeInt32BE(bytes.length - LENGTH_BYTES)
  bytes.set(body, LENGTH_BYTES + 4)
  return bytes
}
