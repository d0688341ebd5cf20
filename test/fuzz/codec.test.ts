/** Hostile bytes to every codec: a value or MalformedError, in bounded memory. `FUZZ=n` is mutations per golden vector. @module */
import { expect, test } from 'bun:test'
import { codecOf } from '../../src/wire/compile.ts'
import { MalformedError } from '../../src/wire/errors.ts'
import { Reader } from '../../src/wire/reader.ts'
import { goldenLines } from '../golden/golden-file.ts'
import { type Message, messageOf, messages } from '../schemas.ts'
import { seed, withSeed } from '../seed.ts'
import { SeededRandom } from '../sim/random.ts'
import { readValue } from '../wire/interpreter.ts'
import { mutate } from './mutation.ts'

interface Vector {
  readonly api: string
  readonly kind: string
  readonly version: number
  readonly hex: string
}

const mutationCount = Number(process.env.FUZZ ?? 25)
/** For a run that asks for many. */
const timeoutMs = 10_000 + 200 * mutationCount
const MALFORMED = Symbol('malformed')

test(
  `${mutationCount} mutations of every golden vector`,
  () => {
    const random = new SeededRandom(seed)
    for (const vector of goldenLines('vectors') as Vector[]) {
      const name = `${vector.api} ${vector.kind.replace(/:.*/, '')}`
      const message = messageOf(name, vector.version)
      const golden = Uint8Array.fromHex(vector.hex)
      for (let count = 0; count < mutationCount; count++) {
        const bytes = mutate(random, golden)
        withSeed(`${name} v${vector.version} ${bytes.toHex()}`, () => decodeBoth(message, bytes))
      }
    }
  },
  timeoutMs,
)

test(
  'random bytes',
  () => {
    const random = new SeededRandom(seed)
    for (const message of messages) {
      for (let count = 0; count < mutationCount; count++) {
        const bytes = random.bytes(random.below(200))
        withSeed(`${message.name} v${message.version} ${bytes.toHex()}`, () => decodeBoth(message, bytes))
      }
    }
  },
  timeoutMs,
)

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
