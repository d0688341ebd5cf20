/**
 * Does Apache Kafka agree? `bun test/conformance/run.ts [ROOM…]` asks its recorded answers, its Java client, its tools, and
 * itself, started on a directory of ours; kcat too. What these need and is not there is skipped, and said.
 * @module
 */
import { join } from 'node:path'
import { startBroker } from '../binary.ts'
import { temporaryDirectory } from '../host/directory.ts'
import { freePort } from './apache-kafka.ts'
import { run, shared, withoutKafka, withoutKcat, withoutRecords } from './commands.ts'
import { checkCompaction } from './compaction.ts'
import { checkExactlyOnce } from './exactly-once.ts'
import { checkJavaReaders } from './java-readers.ts'
import { checkJavaClient, checkTools } from './kafka-suites.ts'
import { checkKcat, checkKcatReads } from './kcat.ts'
import { checkNodeClients } from './node-clients.ts'
import { Report } from './report.ts'
import { checkTakeover } from './takeover.ts'
import { checkTransactions } from './transactions.ts'

interface Room {
  readonly name: string
  readonly missing: string | null
  check(report: Report): Promise<void>
}

const noKafka = await withoutKafka()
const rooms: readonly Room[] = [
  { name: 'records', missing: withoutRecords(), check: report => withBroker(port => checkRecords(report, port)) },
  { name: 'java', missing: noKafka, check: report => withBroker(port => checkJavaClient(report, port)) },
  { name: 'tools', missing: noKafka, check: report => withBroker(port => checkTools(report, port)) },
  { name: 'clients', missing: null, check: report => withBroker(port => checkClients(report, port)) },
  { name: 'compaction', missing: noKafka, check: checkCompaction },
  { name: 'transactions', missing: noKafka, check: checkTransactions },
  { name: 'takeover', missing: noKafka, check: checkTakeover },
  { name: 'exactly-once', missing: noKafka, check: checkApplications },
]

async function main(): Promise<void> {
  const wanted = process.argv.slice(2)
  const report = new Report()
  for (const { name, missing, check } of rooms) {
    if (wanted.length > 0 && !wanted.includes(name)) continue
    if (missing === null) await check(report).catch(error => report.fail(name, error))
    else report.skip(name, missing)
  }
  console.log(`conformance: ${report.summary}`)
  process.exit(report.failed === 0 ? 0 : 1)
}

/** A broker on a directory of its own, while `use` lasts. */
async function withBroker(use: (port: number) => Promise<void>): Promise<void> {
  using directory = temporaryDirectory()
  await using broker = await startBroker({ directory: directory.path, flags: ['--strict-replication'] })
  await use(broker.port)
}

/** Kafka's recorded answers, in every version. */
async function checkRecords(report: Report, port: number): Promise<void> {
  const differences = join(import.meta.dir, 'differences.txt')
  const program = join(import.meta.dir, 'behaviour.py')
  const { text, errors } = await run(['python3', program, shared, `127.0.0.1:${port}`, differences])
  console.log(text.trim())
  const [, passed, failed, skipped] = /(\d+) passed, (\d+) failed, (\d+) skipped\s*$/.exec(text) ?? []
  if (passed === undefined) report.fail('recorded answers', errors)
  else report.add({ passed: Number(passed), failed: Number(failed), skipped: Number(skipped) })
}

/** What clients of every kind write, the others read. */
async function checkClients(report: Report, port: number): Promise<void> {
  const noKcat = withoutKcat()
  if (noKcat === null) await checkKcat(report, port)
  else report.skip('kcat', noKcat)
  await checkNodeClients(report, port)
  if (noKcat === null) await checkKcatReads(report, port)
  if (noKafka === null) await checkJavaReaders(report, port)
  else report.skip('java readers', noKafka)
}

/** Applications under kill -9, on a port that stays the same. */
async function checkApplications(report: Report): Promise<void> {
  using directory = temporaryDirectory()
  const port = freePort()
  await checkExactlyOnce(report, port, () => startBroker({ directory: directory.path, port }))
}

await main()
