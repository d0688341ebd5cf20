/** The records that every client writes, and the form in which what is read back is compared. @module */
import { SeededRandom } from '../sim/random.ts'

export interface Sample {
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: Readonly<Record<string, Buffer>>
}

/** One record as a test reads it: what matters, as text. */
export interface Seen {
  readonly partition: number
  readonly offset: number
  readonly key: string | null
  readonly value: string | null
  readonly headers: Readonly<Record<string, string | null>>
}

const BIG_BYTES = 700_000
const SHOWN_BYTES = 100

const noise = Buffer.from(new SeededRandom(7).bytes(BIG_BYTES))
const none = {}

/** Nothing, empty, and everything in between; the last is as big as clients send unless told, and does not compress. */
export const samples: readonly Sample[] = [
  { key: Buffer.from('key'), value: Buffer.from('value'), headers: none },
  { key: null, value: Buffer.from('without a key'), headers: none },
  { key: Buffer.from('tombstone'), value: null, headers: none },
  { key: Buffer.from('empty'), value: Buffer.alloc(0), headers: none },
  { key: Buffer.from('ключ 🔑'), value: Buffer.from('значение'), headers: none },
  {
    key: Buffer.from('headers'),
    value: Buffer.from('v'),
    headers: {
      trace: Buffer.from('a1b2'),
      bytes: Buffer.from([0, 255, 10]),
      empty: Buffer.alloc(0),
      ü: noise.subarray(0, 9),
    },
  },
  { key: Buffer.from('compressible'), value: Buffer.alloc(100_000, 'strikemq '), headers: none },
  { key: Buffer.from('big'), value: noise, headers: none },
]

/** Samples as they must come back from one partition of a topic that held nothing. */
export function seenInOrder(written: readonly Sample[], partition = 0): Seen[] {
  return written.map(({ key, value, headers }, offset) =>
    seen({ partition, offset, key, value, headers: Object.entries(headers) }),
  )
}

interface Read {
  readonly partition: number
  readonly offset: number | bigint
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: Iterable<readonly [key: string, value: Uint8Array | null]>
}

export function seen({ partition, offset, key, value, headers }: Read): Seen {
  return {
    partition,
    offset: Number(offset),
    key: shown(key),
    value: shown(value),
    headers: Object.fromEntries([...headers].map(([name, of]) => [name, shown(of)])),
  }
}

/** Short bytes as they are, long ones by size and hash. */
export function shown(bytes: Uint8Array | null): string | null {
  if (bytes === null) return null
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return bytes.length <= SHOWN_BYTES
    ? text.toString('latin1')
    : `${bytes.length} bytes, ${Bun.hash(bytes).toString(16)}`
}
