/** A consumer at the tail of one partition, which outlives its connections and believes nothing. @module */
import { concatBytes, noBytes } from '../../src/base/bytes.ts'
import { batchHeaders, checkBatch } from '../../src/wire/records/batch.ts'
import { type RecordEntry, readRecords } from '../../src/wire/records/record.ts'
import { fetchFrom, storedBatches, type TopicPartition } from '../clients/requests.ts'
import type { WireClient } from '../clients/wire-client.ts'

const MAX_BYTES = 10 * 1024 * 1024
const WAIT_MS = 100
/** What it reads again on every new connection: the end of what it has read, where a crash would change something. */
const AGAIN_COUNT = 500

export class TailingReader {
  /** A hash of each value that was read, by offset. */
  private readonly hashes: (number | bigint)[] = []

  constructor(private readonly from: TopicPartition) {}

  /** The offset after the last record that it has read. */
  get position(): number {
    return this.hashes.length
  }

  /** Reads for ever. Throws Disconnected; for a gap; and where an offset holds another record than before. */
  async run(client: WireClient): Promise<void> {
    let offset = Math.max(0, this.position - AGAIN_COUNT)
    for (;;) {
      const fetched = await fetchFrom(client, this.from, { offset, maxWaitMs: WAIT_MS })
      const bytes = fetched.records?.length ? concatBytes(fetched.records) : noBytes
      for (const header of batchHeaders(bytes)) {
        checkBatch(bytes, header.position, header.sizeBytes)
        for (const record of readRecords(bytes, header, MAX_BYTES))
          if (record.offset >= offset) this.take(record, offset++)
      }
      if (offset > fetched.highWatermark) throw new Error(`${offset} is beyond the high watermark`)
    }
  }

  /** Everything that it has read is there still. */
  async check(client: WireClient): Promise<void> {
    let end = 0
    for await (const { header, bytes } of storedBatches(client, this.from)) {
      for (const record of readRecords(bytes, header, MAX_BYTES)) this.take(record, end++)
    }
    if (end < this.position) throw new Error(`${this.position} records were read, and ${end} are there`)
  }

  private take({ offset, value }: RecordEntry, expected: number): void {
    if (offset !== expected) throw new Error(`${offset} stands where ${expected} belongs`)
    const hash = Bun.hash(value ?? noBytes)
    const known = this.hashes[offset]
    if (known !== undefined && known !== hash) throw new Error(`${offset} holds another record than before`)
    this.hashes[offset] = hash
  }
}
