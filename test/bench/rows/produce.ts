/** Produce requests as fast as they are answered, in the shapes that producers send. Bytes are those of the values. @module */
import type { Shape } from '../jobs.ts'
import type { Work } from '../turn.ts'
import { Throughput } from './throughput.ts'

const KIB = 1024
const MB = 1e6

type Records = Pick<Shape, 'recordCount' | 'recordBytes' | 'codec'>
const plain = (recordCount: number, recordBytes: number): Records => ({ recordCount, recordBytes, codec: 'none' })
const packed = (codec: 'lz4' | 'zstd'): Records => ({ recordCount: 100, recordBytes: KIB, codec })

export const produceWorks: readonly Work[] = [
  stream('produce 10 × 100 B, 50 in flight', plain(10, 100), 50, 40 * MB),
  stream('produce 16 × 1 KiB, 5 in flight', plain(16, KIB), 5, 600 * MB),
  stream('produce 900 × 1 KiB, 5 in flight', plain(900, KIB), 5, 1000 * MB),
  stream('produce 100 KiB in lz4, 5 in flight', packed('lz4'), 5, 400 * MB),
  stream('produce 100 KiB in zstd, 5 in flight', packed('zstd'), 5, 400 * MB),
  requests('produce 100 B on 50 connections', { connectionCount: 50 }, 40_000),
  requests('produce 100 B to 1,000 partitions', { partitionCount: 1000, inFlight: 5 }, 200),
]

/** Batches on one connection to one partition, until `totalBytes` are sent at scale 1. */
function stream(name: string, records: Records, inFlight: number, totalBytes: number): Work {
  const throughput = new Throughput(name, 'bytes')
  const requestBytes = records.recordCount * records.recordBytes
  return {
    rows: throughput.rows,
    async measure(turn, { target }) {
      const shape = { topic: topicOf(name), partitionCount: 1, ...records }
      const requestCount = turn.scaled(totalBytes / requestBytes, inFlight)
      const effort = await turn.load('produce', { target, shape, connectionCount: 1, inFlight, requestCount })
      throughput.record(turn, effort, { bytes: requestCount * requestBytes, count: requestCount })
    },
  }
}

/** One record for every partition of the topic in each of `count` requests at scale 1. */
function requests(name: string, { connectionCount = 1, partitionCount = 1, inFlight = 1 }, count: number): Work {
  const throughput = new Throughput(name, 'requests')
  return {
    rows: throughput.rows,
    async measure(turn, { target }) {
      const shape = { topic: topicOf(name), partitionCount, ...plain(1, 100) }
      const requestCount = turn.scaled(count, connectionCount * inFlight)
      const effort = await turn.load('produce', { target, shape, connectionCount, inFlight, requestCount })
      throughput.record(turn, effort, { bytes: 0, count: requestCount })
    },
  }
}

/** A topic of its own for each row, named after it as far as Kafka allows. */
function topicOf(name: string): string {
  return name.replace(/[^a-zA-Z0-9]+/g, '-')
}
