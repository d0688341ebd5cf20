import { describe, expect, test } from 'bun:test'
import { firstOffset, lastSequence, Producers } from '../../src/log/producers.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { type BatchHeader, readBatchHeader } from '../../src/wire/records/batch.ts'
import { encodeBatch } from '../../src/wire/records/batch-encoder.ts'
import { batch, NOW_MS } from './fixture.ts'

const PRODUCER = 7

interface Sent {
  readonly epoch?: number
  readonly sequence: number
  readonly count?: number
}

function bytesOf({ epoch = 0, sequence, count = 1 }: Sent): Uint8Array {
  const timestamps = Array.from({ length: count }, () => NOW_MS)
  return batch({ producerId: PRODUCER, producerEpoch: epoch, baseSequence: sequence, timestamps })
}
const headerOf = (sent: Sent): BatchHeader => readBatchHeader(bytesOf(sent), 0)

function stage(producers: Producers, sent: Sent, baseOffset: number): void {
  producers.stage(bytesOf(sent), headerOf(sent), baseOffset)
}

/** Producers after these batches, each one record long if it does not say more. */
function after(...batches: readonly Sent[]): Producers {
  const producers = new Producers()
  let offset = 0
  for (const sent of batches) {
    stage(producers, sent, offset)
    offset += sent.count ?? 1
  }
  producers.promote()
  return producers
}

describe('the next batch', () => {
  test.each<[string, Sent[], Sent, keyof typeof ErrorCode]>([
    ['of a new producer, from 0', [], { sequence: 0 }, 'NONE'],
    ['of a new producer, from anywhere', [], { sequence: 0x7fffffff }, 'NONE'],
    ['in sequence', [{ sequence: 0, count: 2 }], { sequence: 2 }, 'NONE'],
    ['after a gap', [{ sequence: 0, count: 2 }], { sequence: 3 }, 'OUT_OF_ORDER_SEQUENCE_NUMBER'],
    ['that overlaps', [{ sequence: 0, count: 2 }], { sequence: 1, count: 2 }, 'OUT_OF_ORDER_SEQUENCE_NUMBER'],
    ['after the wrap', [{ sequence: 0x7fffffff }], { sequence: 0 }, 'NONE'],
    ['after a wrap within', [{ sequence: 0x7fffffff, count: 2 }], { sequence: 1 }, 'NONE'],
    ['of a higher epoch from 0', [{ sequence: 5 }], { epoch: 1, sequence: 0 }, 'NONE'],
    ['of a higher epoch, not from 0', [{ sequence: 5 }], { epoch: 1, sequence: 6 }, 'OUT_OF_ORDER_SEQUENCE_NUMBER'],
    ['of a lower epoch', [{ epoch: 1, sequence: 0 }], { epoch: 0, sequence: 1 }, 'INVALID_PRODUCER_EPOCH'],
    ['of a negative epoch', [{ epoch: 0, sequence: 0 }], { epoch: -1, sequence: 1 }, 'INVALID_PRODUCER_EPOCH'],
  ])('%s', (_, before, next, expected) => {
    expect(after(...before).check(headerOf(next), 'client')).toBe(ErrorCode[expected])
  })
})

describe('a repeated batch', () => {
  const six = Array.from({ length: 6 }, (_, index) => ({ sequence: index * 2, count: 2 }))

  test('is found among the last five, with its place', () => {
    const found = after(...six).duplicateOf(headerOf({ sequence: 2, count: 2 }))
    expect(found).toEqual({ lastSequence: 3, lastOffset: 3, offsetDelta: 1, timestamp: NOW_MS })
    expect(found && firstOffset(found)).toBe(2)
  })
  test('is not found when it is the sixth last', () => {
    expect(after(...six).duplicateOf(headerOf({ sequence: 0, count: 2 }))).toBeNull()
  })
  test('is not found when only a part of it was sent', () => {
    expect(after(...six).duplicateOf(headerOf({ sequence: 10 }))).toBeNull()
    expect(after(...six).duplicateOf(headerOf({ sequence: 11 }))).toBeNull()
  })
  test('is not found under another epoch', () => {
    expect(after(...six).duplicateOf(headerOf({ epoch: 1, sequence: 10, count: 2 }))).toBeNull()
  })
  test('is found across the wrap', () => {
    const wrapped = { sequence: 0x7fffffff, count: 3 }
    expect(after(wrapped).duplicateOf(headerOf(wrapped))?.lastSequence).toBe(1)
  })
  test('of an earlier epoch is forgotten', () => {
    const producers = after({ sequence: 0 }, { epoch: 1, sequence: 0 })
    expect([...producers.entries][0]?.batches).toHaveLength(1)
  })
})

describe('staging', () => {
  test('counts at once and is gone when dropped', () => {
    const producers = after({ sequence: 0 })
    stage(producers, { sequence: 1 }, 1)
    expect(producers.duplicateOf(headerOf({ sequence: 1 }))?.lastOffset).toBe(1)
    expect(producers.check(headerOf({ sequence: 2 }), 'client')).toBe(ErrorCode.NONE)
    producers.drop()
    expect(producers.duplicateOf(headerOf({ sequence: 1 }))).toBeNull()
    expect(producers.check(headerOf({ sequence: 1 }), 'client')).toBe(ErrorCode.NONE)
  })
  test('is not among the entries before it is promoted', () => {
    const producers = new Producers()
    stage(producers, { sequence: 0 }, 0)
    expect([...producers.entries]).toEqual([])
    producers.promote()
    expect([...producers.entries].map(lastSequence)).toEqual([0])
  })
})

describe('a first batch that was refused', () => {
  const { NONE, OUT_OF_ORDER_SEQUENCE_NUMBER } = ErrorCode

  test('is what the producer has to begin with, or another epoch', () => {
    const producers = new Producers()
    producers.refuse([headerOf({ sequence: 4 }), headerOf({ sequence: 5 })])
    expect(producers.check(headerOf({ sequence: 5 }), 'client')).toBe(OUT_OF_ORDER_SEQUENCE_NUMBER)
    expect(producers.check(headerOf({ epoch: 1, sequence: 5 }), 'client')).toBe(NONE)
    expect(producers.check(headerOf({ sequence: 4 }), 'client')).toBe(NONE)
  })
  test('leaves what comes before it, and is the lowest of several', () => {
    const producers = new Producers()
    producers.refuse([headerOf({ sequence: 4 })])
    expect(producers.check(headerOf({ sequence: 3 }), 'client')).toBe(NONE)
    producers.refuse([headerOf({ sequence: 3 })])
    expect(producers.check(headerOf({ sequence: 4 }), 'client')).toBe(OUT_OF_ORDER_SEQUENCE_NUMBER)
    expect(producers.check(headerOf({ sequence: 3 }), 'client')).toBe(NONE)
  })
  test('says nothing of a producer who has begun', () => {
    const producers = after({ sequence: 0 })
    producers.refuse([headerOf({ sequence: 2 })])
    expect(producers.check(headerOf({ sequence: 1 }), 'client')).toBe(NONE)
  })
  test('is forgotten at last, where there are too many', () => {
    const producers = new Producers()
    const refused = headerOf({ sequence: 0 })
    for (let producerId = 0; producerId <= 1000; producerId++) producers.refuse([{ ...refused, producerId }])
    const check = (producerId: number) => producers.check({ ...refused, producerId, baseSequence: 1 }, 'client')
    expect([check(0), check(1), check(1000)]).toEqual([
      NONE,
      OUT_OF_ORDER_SEQUENCE_NUMBER,
      OUT_OF_ORDER_SEQUENCE_NUMBER,
    ])
  })
})

describe('transactions', () => {
  const value = Uint8Array.of(0, 0, 0, 0, 0, 9)
  const key = Uint8Array.of(0, 0, 0, 1)
  const options = { producerId: PRODUCER, producerEpoch: 0, isTransactional: true }
  const data = encodeBatch({ ...options, baseSequence: 0 }, [{ offset: 0, timestamp: 1, key: null, value: null }])
  const marker = encodeBatch({ ...options, isControl: true }, [{ offset: 0, timestamp: 2, key, value }])

  test('one is open from its first batch to its marker', () => {
    const producers = new Producers()
    producers.stage(data, readBatchHeader(data, 0), 40)
    producers.promote()
    expect([...producers.entries]).toMatchObject([{ currentTxnFirstOffset: 40, coordinatorEpoch: -1 }])
    producers.stage(marker, readBatchHeader(marker, 0), 41)
    producers.promote()
    expect([...producers.entries]).toMatchObject([
      { currentTxnFirstOffset: -1, coordinatorEpoch: 9, lastTimestamp: 2, batches: [{ lastOffset: 40 }] },
    ])
  })
  test('an open one does not expire', () => {
    const producers = new Producers()
    producers.stage(data, readBatchHeader(data, 0), 40)
    producers.promote()
    producers.expire(1e15, 1)
    expect([...producers.entries]).toHaveLength(1)
  })
})

test('a producer expires when it has been silent for long enough', () => {
  const producers = after({ sequence: 0 })
  producers.expire(NOW_MS + 999, 1000)
  expect([...producers.entries]).toHaveLength(1)
  producers.expire(NOW_MS + 1000, 1000)
  expect([...producers.entries]).toHaveLength(0)
})
