/** The quick starts of curl, kcat and the clients of Node.js; run.ts has those that install something too. @module */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { devDependencies } from '../../package.json'
import { type RunningBroker, startBroker } from '../binary.ts'
import { outputOf } from '../conformance/commands.ts'
import { temporaryDirectory } from '../host/directory.ts'
import { clients, quickStarts, requireGreetings, type Terminal } from './quick-starts.ts'

const MODULES = resolve(import.meta.dir, '../../node_modules')
const PASTE_MS = 60_000

const directory = temporaryDirectory()
let broker: RunningBroker

beforeAll(async () => {
  broker = await startBroker({ directory: directory.path, flags: ['--http-port', '0'] })
})
afterAll(async () => {
  await broker.stop()
  directory[Symbol.dispose]()
})

test('the README has a quick start for every client', () => {
  expect([...quickStarts.keys()].sort()).toEqual(Object.keys(clients).sort())
})

test('curl writes and reads', () => requireGreetings('curl', broker), PASTE_MS)

test.skipIf(Bun.which('kcat') === null)(
  'kcat writes, reads, and reads in a group',
  () => requireGreetings('kcat', broker),
  PASTE_MS,
)

test.each(['kafkajs', '@platformatic/kafka', 'kafka-crab-js'] as const)(
  '%s writes, and reads in a group',
  async client => {
    const installation = `npm install ${client}@${devDependencies[client]}\n`
    const script = quickStarts.get(client) ?? ''
    expect(script.slice(0, installation.length)).toBe(installation)
    await requireGreetings(client, broker, await terminalFor(client), script.slice(installation.length))
  },
  PASTE_MS,
)

/** The client is installed already. `node` is Bun where Node.js is missing or not what the client asks for. */
async function terminalFor(client: string): Promise<Terminal> {
  const bin = join(directory.path, 'bin')
  const { engines } = await Bun.file(join(MODULES, client, 'package.json')).json()
  const version = Bun.which('node') === null ? '' : (await outputOf(['node', '--version'])).trim()
  const isFit = Bun.semver.satisfies(version, engines.node)
  if (!isFit && !existsSync(bin)) {
    mkdirSync(bin)
    symlinkSync(process.execPath, join(bin, 'node'))
  }
  return {
    furnish: empty => symlinkSync(MODULES, join(empty, 'node_modules')),
    ...(!isFit && { path: bin + delimiter + process.env.PATH }),
  }
}
