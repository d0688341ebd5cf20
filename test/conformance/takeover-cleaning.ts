/** What makes a log begin later or have gaps, before it is handed to Apache Kafka. @module */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { deleteRecords } from '../../src/api/21-delete-records.ts'
import { CLEANER_CHECKPOINT } from '../../src/log/file-names.ts'
import type { WireClient } from '../clients/wire-client.ts'

const DELETE_RECORDS_VERSION = 2
const TIMEOUT_MS = 10_000
/** Somewhere in the second segment, within a batch; the middle of the first one; everything. */
const STARTS = [66, 7, -1]
const POLL_MS = 100
const QUIET_MS = 1000

/** Lets the partitions of a topic begin later, each at another place. */
export async function deleteRecordsOf(client: WireClient, name: string): Promise<void> {
  const partitions = STARTS.map((offset, partitionIndex) => ({ partitionIndex, offset }))
  const request = { topics: [{ name, partitions }], timeoutMs: TIMEOUT_MS }
  const { topics } = await client.call(deleteRecords, DELETE_RECORDS_VERSION, request)
  for (const { errorCode, lowWatermark, partitionIndex } of topics.flatMap(topic => topic.partitions)) {
    const asked = STARTS[partitionIndex] ?? 0
    if (errorCode === 0 && (lowWatermark === asked || asked < 0)) continue
    throw new Error(`${name}-${partitionIndex} begins at ${lowWatermark}: error ${errorCode}`)
  }
}

/** Waits until the topic was cleaned, and nothing more is for a while. */
export async function waitUntilCleaned(directory: string, name: string): Promise<void> {
  const path = join(directory, CLEANER_CHECKPOINT)
  const read = () => (existsSync(path) ? readFileSync(path, 'utf8') : '')
  const endMs = Date.now() + TIMEOUT_MS
  let last = read()
  for (
    let sinceMs = Date.now();
    Date.now() - sinceMs < QUIET_MS || !last.includes(`${name} `);
    await Bun.sleep(POLL_MS)
  ) {
    if (Date.now() > endMs) throw new Error(`${name} is not cleaned: ${last}`)
    const now = read()
    if (now !== last) sinceMs = Date.now()
    last = now
  }
}
