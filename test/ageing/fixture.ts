/** Data directories of earlier versions, and what must be found in them. @module */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'

export interface Fixture {
  readonly content: FixtureContent
  /** The same content twice: after a stop, and after kill -9 in the middle of a write. */
  readonly directories: { readonly clean: Files; readonly killed: Files }
}

export interface FixtureContent {
  /** When it was made: a day later Kafka, and we, forget idempotent producers. */
  readonly madeMs: number
  readonly topics: readonly FixtureTopic[]
  readonly removedTopics: readonly string[]
  readonly producers: readonly FixtureProducer[]
}

export interface FixtureTopic {
  readonly name: string
  readonly id: string
  /** Its own configs. */
  readonly configs: Readonly<Record<string, string>>
  /** The records of each partition from offset 0 on. */
  readonly partitions: readonly (readonly FixtureRecord[])[]
}

/** Bytes as hex digits. */
export interface FixtureRecord {
  readonly timestamp: number
  readonly key: string | null
  readonly value: string | null
  readonly headers: readonly (readonly [key: string, value: string | null])[]
}

/** An idempotent producer and its last batch, each record of which has an offset of its own. */
export interface FixtureProducer {
  readonly producerId: number
  readonly topic: string
  readonly partition: number
  readonly baseSequence: number
  readonly baseOffset: number
  /** The batch as it was sent, as hex digits. */
  readonly batch: string
  readonly recordCount: number
}

/** Base64 of each file, by its path. */
export type Files = Readonly<Record<string, string>>

const FOLDER = join(import.meta.dir, 'fixtures')
const SUFFIX = '.json.gz'

/** Every fixture there is, by the version that made it. */
export function fixtures(): [version: string, fixture: Fixture][] {
  return readdirSync(FOLDER).map(name => {
    const fixture = JSON.parse(gunzipSync(readFileSync(join(FOLDER, name))).toString()) as Fixture
    return [name.slice(0, -SUFFIX.length), fixture]
  })
}

/** Throws where the version has its fixture: no format ever changes back. */
export function saveFixture(version: string, fixture: Fixture): void {
  const path = join(FOLDER, version + SUFFIX)
  if (existsSync(path)) throw new Error(`${path} is there already`)
  writeFileSync(path, gzipSync(JSON.stringify(fixture), { level: 9 }))
}

export function readFiles(directory: string): Files {
  const entries = readdirSync(directory, { withFileTypes: true, recursive: true }).filter(entry => entry.isFile())
  const paths = entries.map(entry => join(entry.parentPath, entry.name)).sort()
  // The lock says who runs, and is not of the format.
  return Object.fromEntries(
    paths
      .filter(path => !path.endsWith('.lock'))
      .map(path => [path.slice(directory.length + 1), readFileSync(path).toString('base64')]),
  )
}

export function writeFiles(directory: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    const target = join(directory, path)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, Buffer.from(content, 'base64'))
  }
}
