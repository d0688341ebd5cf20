/**
 * A data directory handed to Apache Kafka: its tools read every file, and it serves what was there, as it was there.
 * @module
 */
import { deepEqual } from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CONSUMER_OFFSETS } from '../../src/core/catalog/topic.ts'
import { type RunningBroker, startBroker } from '../binary.ts'
import type { Member } from '../clients/group-requests.ts'
import { connect, Disconnected } from '../clients/wire-client.ts'
import { ApacheKafka, type Quorum } from './apache-kafka.ts'
import { type ClusterView, type PartitionView, recordsOf, requireSame, viewCluster } from './cluster-view.ts'
import { kafkaTool } from './commands.ts'
import { requireReadByJava, writeWithJava } from './java-records.ts'
import type { Report } from './report.ts'
import { deleteRecordsOf, waitUntilCleaned } from './takeover-cleaning.ts'
import { requireTold, tellAll } from './takeover-configs.ts'
import { type GroupsView, goOnAs, makeGroups, viewGroups } from './takeover-groups.ts'
import { requireFeatures, requireQuotas, tellQuotas, viewFeatures } from './takeover-quotas.ts'
import { CLEANED, IDEMPOTENT, IdempotentProducer, makeTopics, SHORTENED, writeTopics } from './takeover-topics.ts'
import { checkTransactionTakeover } from './takeover-transactions.ts'

const NEW_RECORDS = 1000
const LOADED = 'many_partitions'
const LOADED_PARTITIONS = 5
const LOAD_MS = 700
const LOAD_RECORDS = 25
const FLAGS = ['--strict-replication']
const LOG_FILES = /\.(?:log|index|timeindex|snapshot|checkpoint)$/
const METADATA = '__cluster_metadata-0'
/** What DumpLogSegments says of a file that is not as it should be. */
const COMPLAINT = /isvalid: false|mismatch|non-consecutive|out of order|exception|could not|invalid/i
/** What a kill may leave: the part of a batch that the write had come to. */
const TORN = /invalid bytes at the end/

/** What was in a directory when its broker ended. */
interface Ended {
  readonly directory: string
  readonly view: ClusterView
  /** It wrote to the topic of that name. */
  readonly producer: IdempotentProducer
  readonly groups: GroupsView
  readonly features: Awaited<ReturnType<typeof viewFeatures>>
  /** It is in one of the groups. */
  readonly member: Member
}

/** All checks, one after the other: one Java machine at a time. */
export async function checkTakeover(report: Report): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'strikemq-takeover-'))
  try {
    const ended = await report.check('takeover: topics of every kind are written', () => fill(join(folder, 'strikemq')))
    if (ended === null) return
    await checkFiles(report, 'after SIGTERM', ended.directory)
    await checkKafka(report, 'after SIGTERM', 'static', join(folder, 'static'), ended)
    await checkKafka(report, 'after SIGTERM, dynamic quorum', 'dynamic', join(folder, 'dynamic'), ended)
    const torn = join(folder, 'torn')
    const killed = await report.check('takeover: kill -9 under load loses nothing', () => kill(ended, torn))
    if (killed === null) return
    await checkFiles(report, 'after kill -9', torn)
    await checkKafka(report, 'after kill -9', 'static', join(folder, 'killed'), killed)
    await checkTransactionTakeover(report, join(folder, 'transactions'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Makes the topics and writes to them, under two leader epochs. */
async function fill(directory: string): Promise<Ended> {
  await using first = await startBroker({ directory, flags: FLAGS })
  using client = await connect(first.port)
  await makeTopics(client)
  await tellAll(client)
  await tellQuotas(client)
  await writeTopics(client)
  const producers = [
    await IdempotentProducer.open(client, IDEMPOTENT),
    await IdempotentProducer.open(client, IDEMPOTENT),
  ]
  for (const producer of producers) for (let i = 0; i < 10; i++) await producer.write(client, 200)
  const member = await makeGroups(client)
  await stop(first)
  await using second = await first.restart()
  using again = await connect(second.port)
  await writeTopics(again)
  for (const producer of producers) await producer.write(again, 100)
  await deleteRecordsOf(again, SHORTENED)
  await waitUntilCleaned(directory, CLEANED)
  const view = await viewCluster(second.port)
  const groups = await viewGroups(second.port)
  const features = await viewFeatures(second.port)
  await stop(second)
  const [producer] = producers
  if (!producer) throw new Error('no producer')
  return { directory, view, producer, groups, features, member }
}

/** Kills a broker that is written to, and keeps its directory as it was then in `torn`. */
async function kill({ directory, producer, groups, features, member }: Ended, torn: string): Promise<Ended> {
  await using broker = await startBroker({ directory, flags: FLAGS })
  const load = Array.from({ length: LOADED_PARTITIONS }, (_, partition) => writeUntilKilled(broker.port, partition))
  await Bun.sleep(LOAD_MS * (1 + Math.random()))
  await broker.kill()
  const loaders = await Promise.all(load)
  cpSync(directory, torn, { recursive: true })
  await using recovered = await broker.restart()
  const view = await viewCluster(recovered.port)
  deepEqual(await viewGroups(recovered.port), groups)
  loaders.forEach((loader, partition) => {
    loader.requireAll(partitionOf(view, LOADED, partition))
  })
  return { directory: torn, view, producer, groups, features, member }
}

async function writeUntilKilled(port: number, partition: number): Promise<IdempotentProducer> {
  using client = await connect(port)
  const producer = await IdempotentProducer.open(client, LOADED, partition)
  try {
    for (;;) await producer.write(client, LOAD_RECORDS)
  } catch (error) {
    if (error instanceof Disconnected) return producer
    throw error
  }
}

/** Kafka's own tool reads every file. */
async function checkFiles(report: Report, when: string, directory: string): Promise<void> {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter(file => LOG_FILES.test(file))
  const metadata = files.filter(file => file.startsWith(METADATA))
  const others = files.filter(file => !file.startsWith(METADATA))
  await report.check(`takeover ${when}: DumpLogSegments reads ${others.length} files`, () => dump(directory, others))
  await report.check(`takeover ${when}: DumpLogSegments reads ${metadata.length} files of the metadata log`, () =>
    dump(directory, metadata, '--cluster-metadata-decoder'),
  )
  const groups = files.filter(file => file.startsWith(CONSUMER_OFFSETS) && file.endsWith('.log'))
  await report.check(`takeover ${when}: DumpLogSegments knows every record in ${groups.length} logs of groups`, () =>
    dump(directory, groups, '--offsets-decoder'),
  )
}

async function dump(directory: string, files: readonly string[], ...flags: readonly string[]): Promise<void> {
  const names = files.map(file => join(directory, file)).join(',')
  const text = await kafkaTool('org.apache.kafka.tools.DumpLogSegments', '--deep-iteration', ...flags, '--files', names)
  const lines = text.split('\n')
  const missing = files.filter(file => !text.includes(`Dumping ${join(directory, file)}`))
  const complaints = lines.filter(line => COMPLAINT.test(line) && !TORN.test(line))
  deepEqual({ missing, complaints }, { missing: [], complaints: [] })
}

/** Apache Kafka on a copy of the directory. */
async function checkKafka(report: Report, when: string, quorum: Quorum, folder: string, ended: Ended): Promise<void> {
  const check = <T>(name: string, body: () => T | Promise<T>) => report.check(`takeover ${when}: ${name}`, body)
  const copy = join(folder, 'data')
  mkdirSync(folder)
  cpSync(ended.directory, copy, { recursive: true })
  await using kafka = await check('Apache Kafka starts, every partition with a leader', () =>
    ApacheKafka.start(folder, quorum),
  )
  if (kafka === null) return
  const { port } = kafka
  await check('the same topics, ids, configs, offsets, times, epochs and bytes', async () =>
    requireSame(await viewCluster(port), ended.view),
  )
  await check('brokers, groups and subscriptions have been told the same', () => requireTold(port))
  await check('the same quotas of clients', () => requireQuotas(port))
  await check('the same features', () => requireFeatures(port, ended.features))
  await check('the same groups, members and committed offsets', async () => {
    deepEqual(await viewGroups(port), ended.groups)
  })
  await check('a member of a group goes on where it was', () => goOnAs(port, ended.member))
  await check(`Kafka's consumer reads every record`, () => requireReadByJava(port, ended.view))
  await check('an idempotent producer goes on where it was', () => goOn(port, ended.producer.copy()))
  await check(`a new idempotent producer writes ${NEW_RECORDS} records`, () => writeAnew(port))
  await check('no directory is stray', () => {
    deepEqual(
      readdirSync(copy).filter(name => name.includes('stray')),
      [],
    )
  })
  await check('Kafka finds nothing wrong', () => {
    deepEqual(kafka.complaints(), [])
  })
}

async function goOn(port: number, producer: IdempotentProducer): Promise<void> {
  using client = await connect(port)
  await producer.repeat(client)
  await producer.write(client, 10)
  producer.requireAll(partitionOf(await viewCluster(port), IDEMPOTENT, 0))
}

async function writeAnew(port: number): Promise<void> {
  const before = partitionOf(await viewCluster(port), IDEMPOTENT, 0).highWatermark
  await writeWithJava(port, IDEMPOTENT, NEW_RECORDS)
  const written = recordsOf(partitionOf(await viewCluster(port), IDEMPOTENT, 0)).filter(
    ({ offset }) => offset >= before,
  )
  deepEqual(
    written.map(({ value }) => Number(Buffer.from(value ?? []).toString())),
    Array.from({ length: NEW_RECORDS }, (_, index) => index),
  )
}

function partitionOf(view: ClusterView, topic: string, partition: number): PartitionView {
  const found = view.get(topic)?.partitions[partition]
  if (!found) throw new Error(`no partition ${topic}-${partition}`)
  return found
}

async function stop(broker: RunningBroker): Promise<void> {
  const exitCode = await broker.stop()
  if (exitCode !== 0) throw new Error(`exit ${exitCode} after SIGTERM: ${await broker.stderr}`)
}
