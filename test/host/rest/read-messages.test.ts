import { describe, expect, test } from 'bun:test'
import { concatBytes } from '../../../src/base/bytes.ts'
import { batchesIn } from '../../../src/host/rest/read-messages.ts'
import { type BatchOptions, encodeBatch } from '../../../src/wire/records/batch-encoder.ts'
import { CODEC_IDS, CODEC_NAMES } from '../../../src/wire/records/compression/index.ts'
import { encodeMessageSet } from '../../../src/wire/records/legacy.ts'
import { produceTo } from '../../sim/world.ts'
import { type Answered, RestWorld } from './fixture.ts'

function recordsAt(...offsets: number[]) {
  return offsets.map(offset => ({ offset, timestamp: 1000 + offset, key: null, value: Buffer.from(`v${offset}`) }))
}

function found(bytes: Uint8Array, offset: number) {
  return [...batchesIn(bytes, offset)].map(({ lastOffset, records }) => [
    lastOffset,
    Array.from(records, r => r.offset),
  ])
}

describe('batches', () => {
  test('of every magic and codec, from an offset on', () => {
    for (const name of CODEC_NAMES) {
      const codec = CODEC_IDS[name]
      const magics = name === 'zstd' ? [] : ([0, 1] as const)
      const old = magics.map((magic, index) =>
        encodeMessageSet({ magic, codec }, recordsAt(index * 3, index * 3 + 1, index * 3 + 2)),
      )
      const bytes = concatBytes([...old, encodeBatch({ codec }, recordsAt(6, 7, 8))])
      expect(found(bytes, 5).flatMap(([, offsets]) => offsets)).toEqual(name === 'zstd' ? [6, 7, 8] : [5, 6, 7, 8])
      expect(found(bytes, 8).at(-1)).toEqual([8, [8]])
    }
  })

  test('control batches have nothing to show and are passed over', () => {
    const control: BatchOptions = { isControl: true, isTransactional: true }
    const bytes = concatBytes([
      encodeBatch({}, recordsAt(0)),
      encodeBatch(control, recordsAt(1)),
      encodeBatch({}, recordsAt(2)),
    ])
    expect(found(bytes, 0)).toEqual([
      [0, [0]],
      [1, []],
      [2, [2]],
    ])
  })

  test('a batch that compaction thinned out ends where it always did, and a partial one is not there', () => {
    const bytes = concatBytes([
      encodeBatch({ baseOffset: 0, lastOffsetDelta: 9 }, recordsAt(2, 5)),
      encodeBatch({}, recordsAt(10)).subarray(0, 65),
    ])
    expect(found(bytes, 3)).toEqual([[9, [5]]])
  })
})

/** Partition, offset and value of each message. */
function shown({ body }: Answered) {
  if (!Array.isArray(body)) throw new Error(`no list: ${JSON.stringify(body)}`)
  return body.map(({ partition, offset, value }) => [partition, offset, value])
}

function worldWith(partitions: readonly (readonly string[])[]) {
  const world = new RestWorld()
  world.createTopic('t', partitions.length)
  const client = world.connect()
  partitions.forEach((values, partition) => {
    for (const value of values) produceTo(client, 't', { values: [value] }, partition)
  })
  return world
}

describe('a topic is read', () => {
  const abc = [['a', 'b', 'c']]

  test.each([
    ['', ['a', 'b', 'c']],
    ['?offset=1', ['b', 'c']],
    ['?offset=1&limit=1', ['b']],
    ['?limit=0', []],
    ['?offset=3', []],
    ['?offset=9007199254740991', []],
    ['?partition=0', ['a', 'b', 'c']],
  ])('%s', async (query, values) => {
    const answer = await worldWith(abc).get(`/v1/topics/t/messages${query}`)
    expect(shown(answer).map(([, , value]) => value)).toEqual(values)
  })

  test('in the order of partitions and offsets, from the offset in each, up to the limit of all', async () => {
    const world = worldWith([['a', 'b'], [], ['c', 'd', 'e']])
    const all: [number, number, string][] = [
      [0, 0, 'a'],
      [0, 1, 'b'],
      [2, 0, 'c'],
      [2, 1, 'd'],
      [2, 2, 'e'],
    ]
    expect(shown(await world.get('/v1/topics/t/messages'))).toEqual(all)
    expect(shown(await world.get('/v1/topics/t/messages?limit=3'))).toEqual(all.slice(0, 3))
    expect(shown(await world.get('/v1/topics/t/messages?offset=1'))).toEqual(all.filter(([, offset]) => offset >= 1))
    expect(shown(await world.get('/v1/topics/t/messages?partition=2&limit=2'))).toEqual(all.slice(2, 4))
  })

  test('with every codec, and from the middle of a batch', async () => {
    for (const name of CODEC_NAMES) {
      const world = worldWith([[]])
      produceTo(world.connect(), 't', { values: ['a', 'b', 'c'], codec: CODEC_IDS[name] })
      expect(shown(await world.get('/v1/topics/t/messages?offset=1'))).toEqual([
        [0, 1, 'b'],
        [0, 2, 'c'],
      ])
    }
  })

  test('ten messages unless told', async () => {
    const world = worldWith([Array.from({ length: 12 }, (_, index) => `${index}`)])
    expect(shown(await world.get('/v1/topics/t/messages'))).toHaveLength(10)
  })

  test('in many steps, of which nobody holds more than one', async () => {
    const world = worldWith([[]])
    const values = Array.from({ length: 20 }, (_, index) => `${index}`.repeat(100_000))
    for (const value of values) produceTo(world.connect(), 't', { values: [value] })
    const response = await world.respond('GET', '/v1/topics/t/messages?limit=1000')
    const chunks: number[] = []
    let text = ''
    for await (const chunk of response.body ?? []) {
      chunks.push(chunk.length)
      text += Buffer.from(chunk).toString()
    }
    expect(JSON.parse(text).map(({ value }: { value: string }) => value)).toEqual(values)
    expect(Math.max(...chunks)).toBeLessThan(1_000_000)
  })

  test('as it was when the reading began', async () => {
    const world = worldWith([Array.from({ length: 3 }, () => 'x'.repeat(200_000))])
    const response = await world.respond('GET', '/v1/topics/t/messages?limit=1000')
    produceTo(world.connect(), 't', { values: ['later'] })
    expect(await response.json()).toHaveLength(3)
  })

  test('up to where it breaks: an answer that has begun is broken off', async () => {
    const world = worldWith([Array.from({ length: 6 }, () => 'x'.repeat(200_000))])
    const response = await world.respond('GET', '/v1/topics/t/messages')
    expect(response.status).toBe(200)
    world.deleteTopic('t')
    expect(response.text()).rejects.toThrow()
    await Bun.sleep(5)
    expect(world.errors).toEqual([])
  })
})
