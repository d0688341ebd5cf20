import { expect, test } from 'bun:test'
import { OutputQueue, type Sink } from '../../src/host/output-queue.ts'
import { SeededRandom } from '../sim/random.ts'

/** Takes what `capacities` say, one after the other, and all when they have run out. */
class FakeSink implements Sink {
  readonly taken: number[] = []
  readonly offered: number[] = []

  constructor(readonly capacities: number[] = []) {}

  write(bytes: Uint8Array, offset: number, length: number): number {
    this.offered.push(length)
    const count = Math.min(this.capacities.shift() ?? length, length)
    for (let i = 0; i < count; i++) this.taken.push(bytes[offset + i]!)
    return count
  }
}

const KIB = 1024
const filled = (length: number, value: number) => new Uint8Array(length).fill(value)

test('one piece is one write', () => {
  const sink = new FakeSink()
  expect(new OutputQueue(sink).send([filled(100, 1)])).toBe(0)
  expect(sink.offered).toEqual([100])
})

test('small pieces are joined with the head of a big one, which goes on from where it lies', () => {
  const offers: [Uint8Array, number, number][] = []
  const sink: Sink = {
    write(...offer) {
      offers.push(offer)
      return offer[2]
    },
  }
  const big = filled(200 * KIB, 3)
  new OutputQueue(sink).send([filled(10, 1), filled(0, 9), filled(20, 2), big, filled(5, 4), filled(6, 5)])
  expect(offers.map(([, , length]) => length)).toEqual([64 * KIB, 136 * KIB + 30, 11])
  expect(offers[1]?.[0]).toBe(big)
  expect(offers[1]?.[1]).toBe(64 * KIB - 30)
})

test('what is left of a big piece is joined once it is small', () => {
  const sink = new FakeSink([64 * KIB])
  const queue = new OutputQueue(sink)
  const pieces = [filled(64 * KIB + 10, 1), filled(20, 2)]
  queue.send(pieces)
  queue.drain()
  expect(sink.offered).toEqual([64 * KIB + 10, 30])
  expect(sink.taken).toEqual(pieces.flatMap(piece => [...piece]))
})

test('what the sink does not take is kept, also when the caller changes its bytes', () => {
  const sink = new FakeSink([3, 0, 4])
  const queue = new OutputQueue(sink)
  const piece = Uint8Array.of(1, 2, 3, 4, 5)
  expect(queue.send([piece])).toBe(2)
  piece.fill(99)
  expect(queue.send([Uint8Array.of(6, 7, 8)])).toBe(5)
  queue.drain()
  expect(queue.queuedBytes).toBe(5)
  queue.drain()
  expect(queue.queuedBytes).toBe(1)
  queue.drain()
  expect(queue.queuedBytes).toBe(0)
  expect(sink.taken).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
})

test('a queue that is not empty is not overtaken', () => {
  const sink = new FakeSink([0])
  const queue = new OutputQueue(sink)
  queue.send([Uint8Array.of(1)])
  queue.send([Uint8Array.of(2)])
  expect(sink.taken).toEqual([])
  queue.drain()
  expect(sink.taken).toEqual([1, 2])
})

test('views of large buffers are kept as they are, others are copied', () => {
  const queue = new OutputQueue(new FakeSink([0]))
  const mapped = new Uint8Array(new ArrayBuffer(2 * KIB * KIB), 0, 100)
  queue.send([mapped])
  mapped.buffer.transfer(0)
  expect(() => queue.drain()).toThrow('unmapped')
})

test('bytes that are unmapped are not left out between others', () => {
  const sink = new FakeSink([0])
  const queue = new OutputQueue(sink)
  const mapped = new Uint8Array(new ArrayBuffer(2 * KIB * KIB), 0, 100)
  queue.send([filled(10, 1), mapped, filled(10, 2)])
  mapped.buffer.transfer(0)
  expect(() => queue.drain()).toThrow('unmapped')
  expect(sink.taken).toEqual([])
})

test('a closed sink drops everything', () => {
  const queue = new OutputQueue({ write: () => -1 })
  expect(queue.send([filled(10, 1)])).toBe(0)
  expect(queue.send([filled(10, 1), filled(64 * KIB, 1)])).toBe(0)
})

test('bytes arrive once and in order, whatever the sink takes', () => {
  const seed = Number(process.env.SEED ?? 7)
  const random = new SeededRandom(seed)
  for (let run = 0; run < 10; run++) {
    const sink = new FakeSink(Array.from({ length: 40 }, () => random.below(3) * random.below(90_000)))
    const queue = new OutputQueue(sink)
    const sent: number[] = []
    for (let i = 0; i < 12; i++) {
      const pieces = Array.from({ length: random.below(5) }, () =>
        random.bytes(random.below(random.below(6) ? 50 : 70_000)),
      )
      for (const piece of pieces) for (const byte of piece) sent.push(byte)
      expect(queue.send(pieces)).toBe(sent.length - sink.taken.length)
      for (const piece of pieces) piece.fill(0)
      if (random.below(2)) queue.drain()
    }
    while (queue.queuedBytes > 0) queue.drain()
    expect(Buffer.from(sink.taken).equals(Buffer.from(sent)), `SEED=${seed} run ${run}`).toBe(true)
  }
})
