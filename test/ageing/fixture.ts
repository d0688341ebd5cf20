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
  readonly internalTopics: readonly string[]
  readonly producers: readonly FixtureProducer[]
  readonly logs: readonly FixtureLog[]
  readonly groups: readonly FixtureGroup[]
  readonly transactions: readonly FixtureTransaction[]
  readonly quotas: readonly FixtureQuota[]
}

/** What the first fixture has nothing of. */
const early = { internalTopics: [], logs: [], groups: [], transactions: [], quotas: [] }

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

/** A topic of one partition in which some offsets hold no record: of transactions, deleted records, compacted keys. */
export interface FixtureLog extends Omit<FixtureTopic, 'partitions'> {
  readonly startOffset: number
  readonly stableOffset: number
  readonly endOffset: number
  /** What a consumer gets that wants committed records only. */
  readonly committed: readonly FixtureValue[]
  /** What it gets too once the open transactions have committed. */
  readonly pending: readonly FixtureValue[]
  readonly aborted: readonly { readonly producerId: number; readonly firstOffset: number }[]
}

export interface FixtureValue {
  readonly offset: number
  readonly key: string
  readonly value: string
}

export interface FixtureGroup {
  readonly groupId: string
  /** Its only member, or null where it has but offsets. */
  readonly member: FixtureMember | null
  readonly offsets: readonly FixtureOffset[]
  /** What `offsets` are once the open transactions have committed. */
  readonly laterOffsets: readonly FixtureOffset[]
}

export interface FixtureMember {
  readonly memberId: string
  readonly generationId: number
  /** Of the only topic to which it has subscribed. */
  readonly topic: string
  readonly assignment: string
}

export interface FixtureOffset {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly leaderEpoch: number
  readonly metadata: string
}

/** A transactional id, its partitions in order. */
export interface FixtureTransaction {
  readonly transactionalId: string
  readonly producerId: number
  readonly producerEpoch: number
  readonly state: string
  readonly topics: readonly { readonly topic: string; readonly partitions: readonly number[] }[]
}

export interface FixtureQuota {
  readonly entity: readonly { readonly entityType: string; readonly entityName: string | null }[]
  readonly values: readonly { readonly key: string; readonly value: number }[]
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

/** Every fixture there is, by its name: the version that made it, and what directories had gained. */
export function fixtures(): [name: string, fixture: Fixture][] {
  return readdirSync(FOLDER).map(file => {
    const { content, directories }: Fixture = JSON.parse(gunzipSync(readFileSync(join(FOLDER, file))).toString())
    return [file.slice(0, -SUFFIX.length), { content: { ...early, ...content }, directories }]
  })
}

/** Throws where there is one of this name: no format ever changes back. */
export function saveFixture(name: string, fixture: Fixture): void {
  const path = join(FOLDER, name + SUFFIX)
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
