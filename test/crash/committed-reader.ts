/** A consumer at the end of what is committed of one partition, which outlives its connections. @module */
import { committedRecords } from '../clients/committed-records.ts'
import { fetchFrom, type TopicPartition } from '../clients/requests.ts'
import type { WireClient } from '../clients/wire-client.ts'

const WAIT_MS = 100

/** It knows what comes: "0", "1", "2" … */
export class CommittedReader {
  /** How many there were. */
  count = 0
  private offset = 0

  constructor(private readonly from: TopicPartition) {}

  /** Reads until there were `end` values, and to where it ends now. Throws for any value that does not come next. */
  async run(client: WireClient, end = Number.POSITIVE_INFINITY): Promise<void> {
    for (;;) {
      const wish = { offset: this.offset, maxWaitMs: WAIT_MS, isReadCommitted: true }
      const { records, nextOffset } = committedRecords(await fetchFrom(client, this.from, wish), this.offset)
      for (const { offset, value } of records) this.take(offset, String(value && Buffer.from(value)))
      if (this.count >= end && nextOffset === this.offset) return
      this.offset = nextOffset
    }
  }

  private take(offset: number, value: string): void {
    if (value !== String(this.count)) throw new Error(`${offset} holds '${value}', not '${this.count}'`)
    this.count++
  }
}
