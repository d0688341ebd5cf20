/**
 * Transactions handed to Apache Kafka and back by kill -9: ended ones, some in the middle, and some whose outcome is in
 * `__transaction_state` while their logs were not told of it yet.
 * @module
 */
import { deepEqual } from 'node:assert/strict'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { CONSUMER_OFFSETS, TRANSACTION_STATE } from '../../src/core/catalog/topic.ts'
import { coordinatorPartition } from '../../src/core/coordinator-partition.ts'
import { partitionDirectory, segmentFileName } from '../../src/log/file-names.ts'
import { batchHeaders } from '../../src/wire/records/batch.ts'
import { startBroker } from '../binary.ts'
import { createTopic } from '../clients/requests.ts'
import { connect, type WireClient } from '../clients/wire-client.ts'
import { ApacheKafka } from './apache-kafka.ts'
import { kafkaTool } from './commands.ts'
import type { Report } from './report.ts'
import { GroupedProducer, type TransactionVersion, viewGrouped } from './transactional-producer.ts'

const TOPIC = 'transactions'
/** As both brokers make the internal topics. */
const COORDINATOR_PARTITIONS = 50
const FLAGS = ['--strict-replication']

/** What has become of a transaction when its broker dies. */
type Fate = 'committed' | 'aborted' | 'open' | 'commit owed' | 'abort owed'
const fates: readonly Fate[] = ['committed', 'aborted', 'open', 'commit owed', 'abort owed']
const versions: readonly TransactionVersion[] = [1, 2]

/** One transaction: it is alone in the partitions that it writes to, so that the end of each is its own. */
interface Case {
  readonly fate: Fate
  readonly partition: number
  readonly producer: GroupedProducer
}

/** Ours, Kafka on it, and ours again: one Java machine at a time. */
export async function checkTransactionTakeover(report: Report, folder: string): Promise<void> {
  const check = <T>(name: string, body: () => Promise<T>) => report.check(`takeover of transactions: ${name}`, body)
  const data = join(folder, 'data')
  mkdirSync(folder)
  const cases = casesOf('ours', 0)
  const isBegun = await check('every kind is written, and kill -9', async () => {
    await using broker = await startBroker({ directory: data, flags: FLAGS })
    using client = await connect(broker.port)
    await createTopic(client, TOPIC, 2 * cases.length)
    await write(client, cases)
    return true
  })
  if (!isBegun) return
  const again = join(folder, 'again')
  cpSync(data, again, { recursive: true })
  forgetEnds(again, cases)
  await check('this broker ends what is owed, and the others go on', async () => {
    await using broker = await startBroker({ directory: again, flags: FLAGS })
    await requireEnded(broker.port, cases)
    await goOn(broker.port, cases)
  })
  await check('DumpLogSegments knows every record of the coordinator', () => dump(data))
  const isTaken = await check('Kafka finds them as they were', async () => {
    await using kafka = await ApacheKafka.start(folder, 'static')
    await requireEnded(kafka.port, cases)
    // Where the metadata log has a leader, Kafka looks for owed markers before it knows its own address, and drops them
    // ("likely deleted already"): with a clean stop they are looked for once it leads.
    await kafka.stop()
    return true
  })
  if (!isTaken) return
  forgetEnds(data, cases)
  const ofKafka = casesOf('kafka', cases.length)
  const isBack = await check('Kafka ends what is owed, the others go on, it writes its own, and kill -9', async () => {
    await using kafka = await ApacheKafka.start(folder, 'static')
    await requireEnded(kafka.port, cases)
    await goOn(kafka.port, cases)
    using client = await connect(kafka.port)
    await write(client, ofKafka)
    return true
  })
  if (!isBack) return
  forgetEnds(data, ofKafka)
  await check('this broker ends what Kafka owed, and the others go on', async () => {
    await using broker = await startBroker({ directory: data, flags: FLAGS })
    await requireEnded(broker.port, ofKafka)
    await goOn(broker.port, ofKafka)
  })
}

/** Every fate in both versions; transactional ids, which are group ids too, are such that no two share a partition. */
function casesOf(name: string, firstPartition: number): Case[] {
  const taken = new Set<number>()
  const idOf = (kind: string): string => {
    for (let attempt = 0; ; attempt++) {
      const id = `${name} ${kind} ${attempt}`
      const partition = coordinatorPartition(id, COORDINATOR_PARTITIONS)
      // Those of both sides are apart: the first half is for ours.
      const isOwn = partition % 2 === (firstPartition === 0 ? 0 : 1)
      if (isOwn && !taken.has(partition) && taken.add(partition)) return id
    }
  }
  return fates.flatMap((fate, index) =>
    versions.map((version, place) => {
      const partition = firstPartition + index * versions.length + place
      return { fate, partition, producer: new GroupedProducer(idOf(`${fate} ${version}`), TOPIC, partition, version) }
    }),
  )
}

function isCommitted({ fate }: Case): boolean {
  return fate === 'committed' || fate === 'commit owed'
}

async function write(client: WireClient, cases: readonly Case[]): Promise<void> {
  for (const one of cases) {
    await one.producer.begin(client, 'first')
    if (one.fate !== 'open') await one.producer.end(client, isCommitted(one))
  }
}

/** Kafka's own tool reads what `__transaction_state` holds: a line for each record, and none that it does not know. */
async function dump(data: string): Promise<void> {
  const logs = readdirSync(data).filter(name => name.startsWith(TRANSACTION_STATE))
  const files = logs.map(name => join(data, name, segmentFileName(0, 'log')))
  const flags = ['--files', files.join(','), '--transaction-log-decoder']
  const text = await kafkaTool('org.apache.kafka.tools.DumpLogSegments', ...flags)
  const headers = files.flatMap(file => [...batchHeaders(readFileSync(file))])
  deepEqual(text.match(/payload: \{"version":"1"/g)?.length, headers.length)
}

/** How far the logs were when a broker stopped. */
const stopFiles = ['.kafka_cleanshutdown', 'recovery-point-offset-checkpoint', 'replication-offset-checkpoint']

/** Takes the completion and the markers of owed transactions away: the broker has died before it wrote them. */
function forgetEnds(data: string, cases: readonly Case[]): void {
  for (const name of stopFiles) rmSync(join(data, name), { force: true })
  for (const { fate, partition, producer } of cases) {
    if (fate !== 'commit owed' && fate !== 'abort owed') continue
    const coordinator = coordinatorPartition(producer.transactionalId, COORDINATOR_PARTITIONS)
    takeLastBatch(join(data, partitionDirectory(TRANSACTION_STATE, coordinator)))
    takeLastBatch(join(data, partitionDirectory(CONSUMER_OFFSETS, coordinator)))
    takeLastBatch(join(data, partitionDirectory(TOPIC, partition)))
  }
}

/** With the files that tell of it: whoever opens the log makes them anew. */
function takeLastBatch(directory: string): void {
  const names = readdirSync(directory)
  const log = join(
    directory,
    names
      .filter(name => name.endsWith('.log'))
      .sort()
      .at(-1) ?? '',
  )
  const last = [...batchHeaders(readFileSync(log))].at(-1)
  if (!last) throw new Error(`${log} is empty`)
  truncateSync(log, last.position)
  for (const name of names) if (/\.(?:index|timeindex|txnindex|snapshot)$/.test(name)) rmSync(join(directory, name))
}

/** Everything that was to end has ended, though nobody has asked for it; what is open is not seen. */
async function requireEnded(port: number, cases: readonly Case[]): Promise<void> {
  using client = await connect(port)
  for (const one of cases) {
    const expected = {
      state: one.fate === 'open' ? 'Ongoing' : isCommitted(one) ? 'CompleteCommit' : 'CompleteAbort',
      values: isCommitted(one) ? ['first'] : [],
      offset: one.fate === 'open' ? 'unstable' : isCommitted(one) ? one.producer.committedOffset : null,
    }
    deepEqual(await viewGrouped(client, one.producer), expected, one.producer.transactionalId)
  }
}

/** The open transactions are committed by their producers; the other ids get a new producer, and another transaction. */
async function goOn(port: number, cases: readonly Case[]): Promise<void> {
  using client = await connect(port)
  for (const one of cases) {
    const producer = one.producer.copy()
    if (one.fate === 'open') await producer.write(client, 'second')
    else await producer.begin(client, 'second')
    await producer.end(client, true)
    const values = one.fate === 'open' || isCommitted(one) ? ['first', 'second'] : ['second']
    const expected = { state: 'CompleteCommit', values, offset: producer.committedOffset }
    deepEqual(await viewGrouped(client, producer), expected, producer.transactionalId)
  }
}
