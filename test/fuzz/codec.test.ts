/** Hostile bytes to every codec: a value or MalformedError, in bounded memory. @module */
import { expect, test } from 'bun:test'
import { codecOf } from '../../src/wire/compile.ts'
import { MalformedError } from '../../src/wire/errors.ts'
import { Reader } from '../../src/wire/reader.ts'
import { goldenLines } from '../golden/golden-file.ts'
import { type Message, messageOf, messages } from '../schemas.ts'
import { seed, withSeed } from '../seed.ts'
import { chosen, SeededRandom } from '../sim/random.ts'
import { readValue } from '../wire/interpreter.ts'
import { mutantsOf } from './mutant-count.ts'
import { Mutator } from './mutation.ts'

interface Vector {
  readonly api: string
  readonly kind: string
  readonly version: number
  readonly hex: string
}

const { count: mutantCount, timeoutMs } = mutantsOf('codec')
const RANDOM_BYTES = 200
const MALFORMED = Symbol('malformed')

test(
  `${mutantCount} mutants of golden vectors`,
  () => {
    const random = new SeededRandom(seed)
    const mutator = new Mutator(random)
    const vectors = (goldenLines('vectors') as Vector[]).map(({ api, kind, version, hex }) => {
      const name = `${api} ${kind.replace(/:.*/, '')}`
      return { name, message: messageOf(name, version), golden: Uint8Array.fromHex(hex) }
    })
    for (let count = 0; count < mutantCount; count++) {
      const { name, message, golden } = chosen(random, vectors)
      const bytes = mutator.mutate(golden)
      withSeed(
        () => `${name} v${message.version} ${bytes.toHex()}`,
        () => decodeBoth(message, bytes),
      )
    }
  },
  timeoutMs,
)

test('random bytes', () => {
  const random = new SeededRandom(seed)
  for (const message of messages) {
    for (let count = 0; count < 25; count++) {
      const bytes = random.bytes(random.below(RANDOM_BYTES))
      withSeed(
        () => `${message.name} v${message.version} ${bytes.toHex()}`,
        () => decodeBoth(message, bytes),
      )
    }
  }
})

test('a hostile count or length allocates nothing', () => {
  const hostile = ['7fffffff', 'ffffffff07', 'feffffff0f', '80000000', '7fff']
  const before = process.memoryUsage().rss
  for (const message of messages) {
    for (const prefix of ['', '00', '0000', '00000000']) {
      for (const count of hostile) decodeBoth(message, Uint8Array.fromHex(prefix + count))
    }
  }
  expect(process.memoryUsage().rss - before).toBeLessThan(256 * 1024 * 1024)
})

/** The compiled and the interpreted reader give the same value or both refuse, and a value is in proportion to its bytes. */
function decodeBoth(message: Message, bytes: Uint8Array): void {
  const { fields, version, isFlexible } = message
  const value = attempt(() => codecOf(fields, version, isFlexible).read(new Reader(bytes)))
  const plain = attempt(() => readValue(new Reader(bytes), fields, message))
  if (!Bun.deepEquals(value, plain)) throw new Error('the interpreter reads something else')
  if (elementCount(value) > bytes.length) throw new Error('more elements than bytes')
}

function attempt(read: () => unknown): unknown {
  try {
    return read()
  } catch (error) {
    if (error instanceof MalformedError) return MALFORMED
    throw error
  }
}

/** The elements of all arrays in `value`, and the bytes of its byte strings. */
function elementCount(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  if (value instanceof Uint8Array) return value.length
  const own = Array.isArray(value) ? value.length : 0
  let sum = own
  for (const inner of Object.values(value)) sum += elementCount(inner)
  return sum
}
