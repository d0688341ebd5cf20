/** The README's quick starts, pasted as they stand, and what they print held against what the broker then has. @module */
import { deepEqual, equal } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { recordsOf, viewCluster } from '../conformance/cluster-view.ts'
import { outputOf } from '../conformance/commands.ts'
import { temporaryDirectory } from '../host/directory.ts'

const README = readFileSync(join(import.meta.dir, '../../README.md'), 'utf8')
const BLOCK = /<!-- quick start: (.+) -->\n```sh\n([\s\S]*?)```/g
const TOPIC = 'greetings'

/** The blocks below the comments that name their clients, by those names, in the README's order. */
export const quickStarts: ReadonlyMap<string, string> = new Map(
  [...README.matchAll(BLOCK)].map(([, client = '', script = '']) => [client, script] as const),
)

/** Where the broker listens that the blocks are to find, which they seek at the default ports. */
export interface Ports {
  readonly port: number
  readonly httpPort?: number
}

/** What a terminal has before something is pasted. */
export interface Terminal {
  readonly path?: string
  /** Fills the directory, which is otherwise empty. */
  furnish?(directory: string): void
}

interface Greeting {
  readonly offset: number
  readonly value: string
}

interface Client {
  /** What it prints of all greetings, and of those that its group has not read. */
  prints(all: readonly Greeting[], unread: readonly Greeting[]): string[]
  /** The lines that tell of greetings, where these do not begin with offsets. */
  linesIn?(text: string): string[]
}

const inGroup: Client = { prints: (_, unread) => unread.map(numbered) }

/** By the names of the README. */
export const clients: Readonly<Record<string, Client>> = {
  curl: { prints: all => all.map(numbered), linesIn: linesOfCurl },
  kcat: { prints: (all, unread) => [...all, ...unread].map(({ value }) => value), linesIn: linesOfKcat },
  'kafka-python': { prints: (all, unread) => [...all, ...unread].map(numbered) },
  kafkajs: inGroup,
  '@platformatic/kafka': inGroup,
  'kafka-crab-js': inGroup,
  Java: inGroup,
  'franz-go': inGroup,
}

/**
 * Pastes the quick start of a client twice: each time it must write its greeting and print what there is to read, the second
 * time in a group that has read the first. Throws where it does not.
 * @param script the block, or what is pasted in its place
 */
export async function requireGreetings(
  client: string,
  ports: Ports,
  terminal: Terminal = {},
  script = quickStarts.get(client) ?? '',
): Promise<void> {
  const { prints, linesIn = numberedLines } = clients[client] ?? inGroup
  using directory = temporaryDirectory()
  terminal.furnish?.(directory.path)
  for (const isFirst of [true, false]) {
    const before = (await greetingsAt(ports)).length
    const text = await paste(scriptAt(ports, script), directory.path, terminal)
    const all = await greetingsAt(ports)
    const written = all.slice(before)
    deepEqual(
      written.map(({ value }) => value),
      [`hello from ${client}`],
    )
    deepEqual(linesIn(text), prints(all, isFirst ? all : written), text)
  }
}

/** What the topic holds, read with our own codec. */
async function greetingsAt({ port }: Ports): Promise<Greeting[]> {
  const partitions = (await viewCluster(port)).get(TOPIC)?.partitions ?? []
  equal(partitions.length <= 1, true, `${TOPIC} has more than one partition`)
  return partitions
    .flatMap(recordsOf)
    .map(({ offset, value }) => ({ offset, value: String(value && Buffer.from(value)) }))
}

/** The script for a broker at other ports than the default ones. */
function scriptAt({ port, httpPort }: Ports, script: string): string {
  return script.replaceAll('localhost:9092', `localhost:${port}`).replaceAll('localhost:8080', `localhost:${httpPort}`)
}

/** What the script prints. Throws where one of its commands fails. */
function paste(script: string, directory: string, { path }: Terminal): Promise<string> {
  const environment = path === undefined ? {} : { PATH: path }
  return outputOf(['bash', '-euo', 'pipefail', '-c', script], { directory, environment })
}

function numbered({ offset, value }: Greeting): string {
  return `${offset}: ${value}`
}

function linesOf(text: string): string[] {
  return Bun.stripANSI(text).trim().split('\n')
}

/** Installers print too. */
function numberedLines(text: string): string[] {
  return linesOf(text).filter(line => /^\d+: /.test(line))
}

/** The second of its two answers is the list. */
function linesOfCurl(text: string): string[] {
  const messages: Greeting[] = JSON.parse(text.slice(text.indexOf('[')))
  return messages.map(numbered)
}

/** All but the listing of the cluster. */
function linesOfKcat(text: string): string[] {
  return linesOf(text).filter(line => !/^(Metadata for | )/.test(line))
}
