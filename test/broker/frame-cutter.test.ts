import { describe, expect, test } from 'bun:test'
import { FrameBuffers, FrameCutter } from '../../src/broker/frame-cutter.ts'
import { MalformedError } from '../../src/wire/errors.ts'

/** A frame of `size` bytes, all of them `fill`, with its length before it. */
function frame(size: number, fill: number): Uint8Array {
  const bytes = new Uint8Array(4 + size).fill(fill)
  new DataView(bytes.buffer).setInt32(0, size)
  return bytes
}

function cut(cutter: FrameCutter, chunk: Uint8Array): Uint8Array[] {
  cutter.feed(chunk)
  const frames: Uint8Array[] = []
  while (cutter.hasNext) {
    const next = cutter.next()
    if (next) frames.push(next)
  }
  return frames
}

describe('FrameCutter', () => {
  test('a frame that lies whole in a chunk is a view of it', () => {
    const chunk = frame(10, 1)
    const [only] = cut(new FrameCutter(100, new FrameBuffers()), chunk)
    expect(only?.buffer).toBe(chunk.buffer)
    expect(only?.byteOffset).toBe(4)
  })

  test('any way of cutting a stream gives the same frames', () => {
    const stream = Buffer.concat([frame(0, 0), frame(3, 1), frame(70_000, 2), frame(1, 3), frame(200_000, 4)])
    for (const step of [1, 2, 3, 5, 7, 64, 1000, 65_535, 65_536, 70_004, stream.length]) {
      const cutter = new FrameCutter(1_000_000, new FrameBuffers())
      const frames: Uint8Array[] = []
      for (let at = 0; at < stream.length; at += step) frames.push(...cut(cutter, stream.subarray(at, at + step)))
      expect(frames.map(of => [of.length, of[of.length - 1] ?? 0])).toEqual([
        [0, 0],
        [3, 1],
        [70_000, 2],
        [1, 3],
        [200_000, 4],
      ])
    }
  })

  test('what was not asked for before the next chunk is kept', () => {
    const cutter = new FrameCutter(100, new FrameBuffers())
    cutter.feed(Buffer.concat([frame(1, 1), frame(2, 2)]))
    expect(cutter.next()?.length).toBe(1)
    cutter.feed(frame(3, 3))
    expect([cutter.next()?.length, cutter.next()?.length, cutter.hasNext]).toEqual([2, 3, false])
  })

  test('a buffer is used again once its frame has been used, and not before', () => {
    const buffers = new FrameBuffers()
    const cutter = new FrameCutter(1_000_000, buffers)
    const assemble = (fill: number) => {
      const bytes = frame(100_000, fill)
      return [...cut(cutter, bytes.subarray(0, 10)), ...cut(cutter, bytes.subarray(10))]
    }
    const [first] = assemble(1)
    const [second] = assemble(2)
    expect([first?.[0], second?.[0]]).toEqual([1, 2])
    cutter.recycle()
    const [third] = assemble(3)
    expect(third?.buffer).toBe(second?.buffer)
  })

  test('a length out of bounds is refused, whole or in parts', () => {
    for (const length of [-1, 101, 0x7fff_ffff]) {
      const bytes = new Uint8Array(4)
      new DataView(bytes.buffer).setInt32(0, length)
      expect(() => cut(new FrameCutter(100, new FrameBuffers()), bytes)).toThrow(MalformedError)
      const cutter = new FrameCutter(100, new FrameBuffers())
      cut(cutter, bytes.subarray(0, 3))
      expect(() => cut(cutter, bytes.subarray(3))).toThrow(MalformedError)
    }
  })

  test('what is held is what was sent, whatever the length claims', () => {
    const claimed = new Uint8Array(100)
    new DataView(claimed.buffer).setInt32(0, 100_000_000)
    const cutter = new FrameCutter(100_000_000, new FrameBuffers())
    cut(cutter, claimed)
    expect(cutter.heldBytes).toBeLessThan(20_000)
    for (let sentBytes = 100; sentBytes < 5_000_000; sentBytes += 100_000) {
      cut(cutter, new Uint8Array(100_000))
      expect(cutter.heldBytes).toBeLessThanOrEqual(Math.max(8 * (sentBytes + 100_000), 16_384))
    }
    expect(cutter.heldBytes).toBeLessThan(10_000_000)
    cutter.close()
    expect(cutter.heldBytes).toBe(0)
  })

  test('nothing is held once all frames were used', () => {
    const cutter = new FrameCutter(1000, new FrameBuffers())
    cutter.feed(Buffer.concat([frame(10, 1), frame(10, 2)]))
    cutter.next()
    expect(cutter.heldBytes).toBe(28)
    cutter.next()
    cutter.recycle()
    expect(cutter.heldBytes).toBe(0)
  })

  test('a buffer that is given back and not kept is freed at once', () => {
    const buffers = new FrameBuffers()
    const [small, large, huge] = [100, 1000, 5_000_000].map(size => new Uint8Array(size)) as [
      Uint8Array<ArrayBuffer>,
      Uint8Array<ArrayBuffer>,
      Uint8Array<ArrayBuffer>,
    ]
    for (const buffer of [small, huge, large]) buffers.give(buffer)
    expect([small.length, large.length, huge.length]).toEqual([0, 1000, 0])
    expect(buffers.take(2000)).not.toBe(large)
    expect(buffers.take(500)).toBe(large)
  })
})
