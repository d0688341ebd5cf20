import { describe, expect, test } from 'bun:test'
import { ErrorCode } from '../../../../src/wire/errors.ts'
import {
  CODEC_IDS,
  CODEC_NAMES,
  CompressionCodec,
  compress,
  decompress,
  isCodec,
} from '../../../../src/wire/records/compression/index.ts'
import { RecordError } from '../../../../src/wire/records/record-error.ts'

/** What `action` throws, as the code it answers with. */
function codeOf(action: () => unknown): number {
  try {
    action()
  } catch (error) {
    if (error instanceof RecordError) return error.code
    throw error
  }
  throw new Error('nothing was thrown')
}

const text = new TextEncoder().encode(
  Array.from({ length: 4000 }, (_, index) => `{"id":${index},"name":"customer ${index % 97}"}`).join('\n'),
)

/** Bytes without any pattern, the same in every run. */
function noise(length: number): Uint8Array {
  let seed = 12_345
  return Uint8Array.from({ length }, () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) | 0
    return seed >>> 16
  })
}

const samples: readonly (readonly [string, Uint8Array])[] = [
  ['nothing', new Uint8Array(0)],
  ['one byte', Uint8Array.of(7)],
  ['thirteen bytes', text.subarray(0, 13)],
  ['zeros', new Uint8Array(300_000)],
  ['text', text],
  ['text of one lz4 block', text.subarray(0, 65_536)],
  ['text of one snappy block', text.subarray(0, 32_768)],
  ['noise', noise(150_000)],
  ['noise twice', new Uint8Array([...noise(9000), ...noise(9000)])],
]

const codecs = [CompressionCodec.GZIP, CompressionCodec.SNAPPY, CompressionCodec.LZ4, CompressionCodec.ZSTD] as const

/** Levels from the fastest to the one that makes text smallest (KIP-390). */
const levels: readonly (readonly [codec: CompressionCodec, fastest: number, ...others: number[]])[] = [
  [CompressionCodec.GZIP, 1, 9],
  [CompressionCodec.LZ4, 1, 5, 17],
  [CompressionCodec.ZSTD, -131_072, -100, 1, 22],
]

describe.each(levels.map(([codec, ...of]) => [CODEC_NAMES[codec], codec, of] as const))(
  'levels of %s',
  (_, codec, of) => {
    test('bring back everything', () => {
      for (const level of of) {
        for (const [, plain] of samples) {
          const packed = compress(codec, plain, level)
          expect(decompress(codec, packed, Math.max(1, plain.length))).toEqual(Buffer.from(plain))
        }
      }
    })

    test('make text smaller, the higher they are', () => {
      const sizes = of.map(level => compress(codec, text, level).length)
      expect(sizes).toEqual(sizes.toSorted((one, other) => other - one))
      expect(new Set(sizes).size).toBe(sizes.length)
    })
  },
)

describe.each(codecs.map(codec => [CODEC_NAMES[codec], codec] as const))('%s', (_, codec) => {
  test.each(samples)('brings back %s', (_name, plain) => {
    const packed = compress(codec, plain)
    expect(decompress(codec, packed, Math.max(1, plain.length))).toEqual(Buffer.from(plain))
    expect(packed.length).toBeLessThan(plain.length * 1.01 + 64)
  })

  test('makes text at least three times smaller', () => {
    expect(compress(codec, text).length * 3).toBeLessThan(text.length)
  })

  test('never gives more than its cap', () => {
    for (const [, plain] of samples.slice(2)) {
      const packed = compress(codec, plain)
      expect(codeOf(() => decompress(codec, packed, plain.length - 1))).toBe(ErrorCode.MESSAGE_TOO_LARGE)
      expect(codeOf(() => decompress(codec, packed, 1))).toBe(ErrorCode.MESSAGE_TOO_LARGE)
    }
  })

  test('refuses what is cut anywhere', () => {
    const packed = compress(codec, text.subarray(0, 2000))
    for (let length = 1; length < packed.length; length += 7) {
      expect(codeOf(() => decompress(codec, packed.subarray(0, length), 1 << 20))).toBe(ErrorCode.INVALID_RECORD)
    }
  })

  test('refuses what is not its own', () => {
    for (const bytes of [noise(100), new Uint8Array(50).fill(0xff), text.subarray(0, 60)]) {
      expect(codeOf(() => decompress(codec, bytes, 1 << 20))).toBe(ErrorCode.INVALID_RECORD)
    }
  })

  test('ends with a value or one kind of error when single bytes are spoilt', () => {
    const packed = compress(codec, text.subarray(0, 3000))
    for (let position = 0; position < packed.length; position++) {
      for (const change of [0x01, 0x80, 0xff]) {
        const spoilt = packed.slice()
        spoilt[position] = (spoilt[position] ?? 0) ^ change
        try {
          expect(decompress(codec, spoilt, 1 << 16).length).toBeLessThanOrEqual(1 << 16)
        } catch (error) {
          expect(error).toBeInstanceOf(RecordError)
        }
      }
    }
  })
})

test('codec ids and names are Kafka’s', () => {
  expect(CODEC_IDS).toEqual({ none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 })
  expect([0, 4, 5, -1].map(isCodec)).toEqual([true, true, false, false])
  expect(decompress(CompressionCodec.NONE, text, 1)).toBe(text)
  expect(codeOf(() => decompress(5, text, 1 << 20))).toBe(ErrorCode.INVALID_RECORD)
})

test('garbage behind a gzip member is ignored, as Java ignores it; behind a zstd frame it is refused', () => {
  const garbage = new TextEncoder().encode('garbage')
  const gzipped = new Uint8Array([...compress(CompressionCodec.GZIP, text), ...garbage])
  expect(decompress(CompressionCodec.GZIP, gzipped, text.length)).toEqual(Buffer.from(text))
  expect(codeOf(() => decompress(CompressionCodec.GZIP, gzipped, text.length - 1))).toBe(ErrorCode.MESSAGE_TOO_LARGE)
  const zstd = new Uint8Array([...compress(CompressionCodec.ZSTD, text), ...garbage])
  expect(codeOf(() => decompress(CompressionCodec.ZSTD, zstd, text.length))).toBe(ErrorCode.INVALID_RECORD)
})

test('several gzip members and several zstd frames are one content', () => {
  for (const codec of [CompressionCodec.GZIP, CompressionCodec.ZSTD]) {
    const twice = new Uint8Array([...compress(codec, text), ...compress(codec, text)])
    expect(decompress(codec, twice, text.length * 2).length).toBe(text.length * 2)
    expect(codeOf(() => decompress(codec, twice, text.length * 2 - 1))).toBe(ErrorCode.MESSAGE_TOO_LARGE)
  }
})
