/** Fetches one after the other, each answered at once. @module */
import type { Work } from '../turn.ts'
import { Throughput } from './throughput.ts'

const KIB = 1024
const PARTITION_MAX_BYTES = 1024 * 1024
/** 300 MB. */
const BIG_FILL = 325
const BIG_COUNT = 975
const MANY_COUNT = 200

const one = new Throughput('fetch, 1 MiB at a time', 'bytes')
const many = new Throughput('fetch of 1,000 partitions', 'requests')

/** Batches of 900 KiB, all read three times over. */
export const fetchOne: Work = {
  rows: one.rows,
  async measure(turn, { target }) {
    const result = await turn.load('fetch', {
      target,
      shape: { topic: 'fetch', partitionCount: 1, recordBytes: KIB, recordCount: 900, codec: 'none' },
      fillCount: turn.scaled(BIG_FILL, 2),
      partitionMaxBytes: PARTITION_MAX_BYTES,
      requestCount: turn.scaled(BIG_COUNT, 6),
    })
    one.record(turn, result, { bytes: result.bytes, count: result.requestCount })
  },
}

/** One small batch from each. The bare source knows no partitions. */
export const fetchMany: Work = {
  rows: many.rows,
  async measure(turn, { target }) {
    if (!target.isBroker) return
    const result = await turn.load('fetch', {
      target,
      shape: { topic: 'fetch-many', partitionCount: 1000, recordBytes: 100, recordCount: 1, codec: 'none' },
      fillCount: 1,
      partitionMaxBytes: PARTITION_MAX_BYTES,
      requestCount: turn.scaled(MANY_COUNT, 5),
    })
    many.record(turn, result, { bytes: result.bytes, count: result.requestCount })
  },
}
