/** Logs of the fixtures that no longer hold all that was written. @module */
import { deleteRecords } from '../../src/api/21-delete-records.ts'
import { fetchFrom } from '../clients/requests.ts'
import type { WireClient } from '../clients/wire-client.ts'
import { headersOf } from '../sim/world.ts'
import type { FixtureLog, FixtureValue } from './fixture.ts'
import { LogWriter, newTopic, TIMEOUT_MS } from './log-writer.ts'

const POLL_MS = 50
const CLEANING_MS = 20_000

export async function writeLogs(client: WireClient, madeMs: number): Promise<FixtureLog[]> {
  return [await writeDeleted(client, madeMs), await writeCleaned(client, madeMs)]
}

/** Two records in each segment: the log comes to start within the second. */
async function writeDeleted(client: WireClient, madeMs: number): Promise<FixtureLog> {
  const name = 'deleted'
  const writer = new LogWriter(client, await newTopic(client, name, 1, { 'segment.ms': '1500' }), madeMs)
  const values: FixtureValue[] = []
  for (let number = 0; number < 6; number++) values.push(await writer.write('key', `value ${number}`))
  const startOffset = 3
  const topics = [{ name, partitions: [{ partitionIndex: 0, offset: startOffset }] }]
  const answer = await client.call(deleteRecords, 2, { topics, timeoutMs: TIMEOUT_MS })
  const [deleted] = answer.topics.flatMap(of => of.partitions)
  if (deleted?.lowWatermark !== startOffset) throw new Error(JSON.stringify(deleted))
  return writer.log(values.slice(startOffset), { startOffset })
}

/** A segment for each record: of a key all but the last go, and what stands in the active segment does not count. */
async function writeCleaned(client: WireClient, madeMs: number): Promise<FixtureLog> {
  const name = 'cleaned'
  const configs = { 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '0.01', 'segment.ms': '500' }
  const writer = new LogWriter(client, await newTopic(client, name, 1, configs), madeMs)
  await writer.write('a', 'first')
  const other = await writer.write('b', 'first')
  await writer.write('a', 'second')
  const left = [other, await writer.write('a', 'third'), await writer.write('b', 'second')]
  const deadlineMs = Date.now() + CLEANING_MS
  for (;;) {
    const offsets = headersOf(await fetchFrom(client, { topic: name, partition: 0 }, { offset: 0 })).map(
      header => header.baseOffset,
    )
    if (offsets[0] === other.offset) return writer.log(left)
    if (Date.now() > deadlineMs) throw new Error(`${name} is not cleaned: ${offsets}`)
    await Bun.sleep(POLL_MS)
  }
}
