/** Compiled codecs ≡ the plain interpreter, and what random values do not show. @module */
import { expect, test } from 'bun:test'
import { zeroUuid } from '../../src/base/uuid.ts'
import { codecOf } from '../../src/wire/compile.ts'
import { MalformedError } from '../../src/wire/errors.ts'
import { Reader } from '../../src/wire/reader.ts'
import * as s from '../../src/wire/schema.ts'
import { Writer } from '../../src/wire/writer.ts'
import { type Message, messages } from '../schemas.ts'
import { seed, withSeed } from '../seed.ts'
import { SeededRandom } from '../sim/random.ts'
import { readValue, type Value, withDefaults, writeValue } from './interpreter.ts'
import { randomValue } from './random-value.ts'

/** Values tried for each; `ROUNDS` asks for more. */
const rounds = Number(process.env.ROUNDS ?? 5)

test(
  'compiled ≡ interpreted, for every version of every message',
  () => {
    const random = new SeededRandom(seed)
    for (const message of messages) {
      for (let round = 0; round < rounds; round++) {
        withSeed(`${message.name} v${message.version}`, () => {
          compareCodecs(message, randomValue(random, message.fields, message.version))
        })
      }
    }
  },
  10_000 + 1000 * rounds,
)

function compareCodecs(message: Message, value: Value): void {
  const codec = codecOf(message.fields, message.version, message.isFlexible)
  const compiled = new Writer()
  const interpreted = new Writer()
  codec.write(compiled, value)
  writeValue(interpreted, message.fields, message, value)
  const bytes = compiled.toBytes()
  expect(bytes.toHex()).toBe(interpreted.toBytes().toHex())

  const whole = withDefaults(message.fields, value)
  const reader = new Reader(bytes)
  expect(codec.read(reader)).toEqual(whole)
  expect(reader.remaining).toBe(0)
  expect(readValue(new Reader(bytes), message.fields, message)).toEqual(whole)
}

const shapes = {
  name: s.string().nullable('1+'),
  old: s.int16('0').default(7),
  tagged: s.int32('1+').tag(3, '1+').default(-1),
  list: s.array({ id: s.uuid(), parts: s.array(s.int32()) }, '1+').tag(1, '1+'),
  extra: s.struct({ a: s.int8().default(5), b: s.string() }, '1+').tag(2, '1+'),
}

function written(version: number, value: s.Draft<typeof shapes>): string {
  const writer = new Writer()
  codecOf(shapes, version, version > 0).write(writer, value)
  return writer.toBytes().toHex()
}

function read(version: number, hex: string): s.Infer<typeof shapes> {
  return codecOf(shapes, version, version > 0).read(new Reader(Uint8Array.fromHex(hex)))
}

test('a codec is made once for each version', () => {
  expect(codecOf(shapes, 1, true)).toBe(codecOf(shapes, 1, true))
  expect(codecOf(shapes, 0, false)).not.toBe(codecOf<typeof shapes>(shapes, 1, true))
})

test('fields of other versions are not on the wire and read as their defaults', () => {
  expect(written(0, { name: 'a', tagged: 9 })).toBe('0001610007')
  expect(read(0, '0001610003')).toEqual({ name: 'a', old: 3, tagged: -1, list: [], extra: { a: 5, b: '' } })
})

test('tagged fields are written in the order of their tags, and only where they differ from the default', () => {
  expect(written(1, { name: null, tagged: -1, list: [], extra: { a: 5, b: '' } })).toBe('0000')
  expect(written(1, { name: null, tagged: 2, extra: { b: 'x' } })).toBe('0002020405027800030400000002')
})

test('tags may come in any order and unknown ones are skipped', () => {
  const value = read(1, '00030304000000020901ff020405027800')
  expect(value).toEqual({ name: null, old: 7, tagged: 2, list: [], extra: { a: 5, b: 'x' } })
})

test('a tagged field must be as long as it says', () => {
  expect(() => read(1, '00010305000000020000')).toThrow(MalformedError)
})

test('null is refused where it may not be', () => {
  expect(() => read(0, 'ffff0000')).toThrow(MalformedError)
  expect(read(1, '0000').name).toBeNull()
  expect(() => read(1, '0001010100')).toThrow(MalformedError)
})

test('a count is refused that the remaining bytes cannot hold', () => {
  const fields = { list: s.array({ id: s.uuid(), n: s.int32() }) }
  const codec = codecOf(fields, 0, false)
  expect(() => codec.read(new Reader(Uint8Array.fromHex('7fffffff')))).toThrow(MalformedError)
  expect(() => codec.read(new Reader(Uint8Array.fromHex(`00000002${'00'.repeat(39)}`)))).toThrow(MalformedError)
  expect(codec.read(new Reader(Uint8Array.fromHex(`00000001${'00'.repeat(20)}`)))).toEqual({
    list: [{ id: zeroUuid, n: 0 }],
  })
})

test('defaults are fresh in every value read', () => {
  const [one, two] = [read(0, '0001610003'), read(0, '0001610003')]
  expect(one.list).not.toBe(two.list)
  expect(one.extra).not.toBe(two.extra)
})

test('a nullable struct is preceded by a byte, in a tagged field too', () => {
  const fields = {
    plain: s.struct({ n: s.int8() }).nullable(),
    tagged: s.struct({ n: s.int8() }).nullable().tag(0, '0+').default(null),
  }
  const codec = codecOf(fields, 0, true)
  const writer = new Writer()
  codec.write(writer, { plain: null, tagged: { n: 7 } })
  expect(writer.toBytes().toHex()).toBe('ff010003010700')
  expect(codec.read(new Reader(writer.toBytes()))).toEqual({ plain: null, tagged: { n: 7 } })
})

test('a tagged field is written anew each time, whatever became of the one before', () => {
  const fields = { n: s.int8(), text: s.string().tag(0, '0+').default('') }
  const codec = codecOf(fields, 0, true)
  const sizeOf = (text: string) => {
    const writer = new Writer()
    codec.write(writer, { n: 1, text })
    expect(codec.read(new Reader(writer.toBytes()))).toEqual({ n: 1, text })
    return writer.size
  }
  expect(sizeOf('a')).toBe(6)
  expect(sizeOf('a'.repeat(20_000))).toBe(1 + 1 + 1 + 3 + 3 + 20_000)
  expect(() => sizeOf('a'.repeat(40_000))).toThrow()
  expect(sizeOf('b')).toBe(6)
})

test('pieces are written one after the other under one length, and read as one', () => {
  const fields = { records: s.pieces() }
  const codec = codecOf(fields, 0, false)
  const writer = new Writer()
  const large = new Uint8Array(10_000).fill(2)
  codec.write(writer, { records: [Uint8Array.of(1), large, Uint8Array.of(3)] })
  expect(writer.finish()).toContain(large)
  const { records } = codec.read(new Reader(writer.toBytes()))
  expect(records.map(piece => piece.length)).toEqual([10_002])
})
