/**
 * Do the quick starts work as they are written? `bun test/quickstart/run.ts [PORT]` pastes every one of the README's blocks,
 * with all that they install, against the binary, or against the broker at PORT, which must be a new one: Apache Kafka,
 * say. What a block needs and is not there is skipped, and said.
 * @module
 */
import { delimiter, dirname } from 'node:path'
import { startBroker } from '../binary.ts'
import { waitForLeaders } from '../conformance/cluster-view.ts'
import { outputOf } from '../conformance/commands.ts'
import { Report } from '../conformance/report.ts'
import { temporaryDirectory } from '../host/directory.ts'
import { type Ports, quickStarts, requireGreetings, type Terminal } from './quick-starts.ts'

/** What every client of Node.js can do with. */
const NODE = 'node@24.9.0'

/** The programs that a block cannot do without. */
const programs: Readonly<Record<string, readonly string[]>> = {
  curl: ['curl'],
  kcat: ['kcat'],
  'kafka-python': ['python3'],
  kafkajs: ['npx'],
  '@platformatic/kafka': ['npx'],
  'kafka-crab-js': ['npx'],
  Java: ['java', 'mvn'],
  'franz-go': ['go'],
}

async function main(): Promise<Report> {
  const report = new Report()
  const [port] = process.argv.slice(2)
  if (port !== undefined) {
    await waitForLeaders(Number(port))
    await pasteAll(report, { port: Number(port) })
  } else {
    using directory = temporaryDirectory()
    await using broker = await startBroker({ directory: directory.path, flags: ['--http-port', '0'] })
    await pasteAll(report, broker)
  }
  return report
}

async function pasteAll(report: Report, ports: Ports): Promise<void> {
  for (const client of quickStarts.keys()) {
    const missing = missingFor(client, ports)
    if (missing !== null) report.skip(client, missing)
    else await report.check(client, async () => requireGreetings(client, ports, await terminalFor(client)))
  }
}

/** Why the block cannot run here, or null. */
function missingFor(client: string, { httpPort }: Ports): string | null {
  if (client === 'curl' && httpPort === undefined) return 'the broker has no REST'
  const missing = programs[client]?.find(program => Bun.which(program) === null)
  return missing === undefined ? null : `${missing} is not there`
}

/** The clients of Node.js ask for a newer one than many a machine has. */
async function terminalFor(client: string): Promise<Terminal> {
  if (!programs[client]?.includes('npx')) return {}
  const node = await outputOf(['npx', '-y', '-p', NODE, '-c', 'command -v node'])
  return { path: dirname(node.trim()) + delimiter + process.env.PATH }
}

const report = await main()
console.log(`quickstart: ${report.summary}`)
process.exit(report.failed === 0 ? 0 : 1)
