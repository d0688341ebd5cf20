import { describe, expect, test } from 'bun:test'
import { BatchCursor } from '../../src/log/batch-cursor.ts'
import { BATCH, patchOffsets } from '../../src/wire/records/batch.ts'
import { SimDisk } from '../sim/disk.ts'
import { batch, flipByte } from './fixture.ts'

const SIZES = [10, 3000, 1, 20_000, 10]

/** A file of batches of one record with values of `SIZES` bytes, at offsets 5, 6, … and leader epoch 2. */
function fileOfBatches() {
  const batches = SIZES.map((valueBytes, index) => {
    const bytes = batch({ valueBytes, timestamps: [100 + index] })
    patchOffsets(bytes, 0, 5 + index, 2)
    return bytes
  })
  const disk = new SimDisk()
  const file = disk.open('t-0/0.log')
  file.write(batches, 0)
  return { disk, file, batches }
}

function walk(cursor: BatchCursor): number[] {
  const offsets: number[] = []
  while (cursor.next()) offsets.push(cursor.baseOffset)
  return offsets
}

test.each([61, 100, 4096, 1 << 20])(
  'walks over batches larger and smaller than its window of %d bytes',
  windowBytes => {
    const { file, batches } = fileOfBatches()
    const cursor = new BatchCursor(file, 0, file.size, windowBytes)
    let position = 0
    for (const [index, bytes] of batches.entries()) {
      expect(cursor.next()).toBe(true)
      expect(cursor.position).toBe(position)
      expect([cursor.baseOffset, cursor.lastOffset, cursor.maxTimestamp, cursor.leaderEpoch]).toEqual([
        5 + index,
        5 + index,
        100 + index,
        2,
      ])
      expect(cursor.isValid(5 + index)).toBe(true)
      expect(cursor.isValid(6 + index)).toBe(false)
      expect(Buffer.compare(cursor.bytes(), bytes)).toBe(0)
      expect(cursor.header()).toMatchObject({ position: 0, sizeBytes: bytes.length, recordCount: 1 })
      position += bytes.length
    }
    expect([cursor.next(), cursor.isAtEnd]).toEqual([false, true])
  },
)

test('reads headers only, in windows, where nothing more is asked for', () => {
  const { disk, file } = fileOfBatches()
  disk.calls.length = 0
  walk(new BatchCursor(file, 0, file.size, 200))
  expect(Math.max(...disk.calls.map(call => call.bytes))).toBe(200)
})

describe('stops', () => {
  test('at its end, though the file goes on', () => {
    const { file, batches } = fileOfBatches()
    const [first] = batches
    const end = first ? first.length : 0
    const cursor = new BatchCursor(file, 0, end)
    expect([walk(cursor), cursor.isAtEnd]).toEqual([[5], true])
  })
  test('before a batch that is not whole', () => {
    const { file } = fileOfBatches()
    for (const missing of [1, 30, 70]) {
      const cursor = new BatchCursor(file, 0, file.size - missing)
      expect([walk(cursor), cursor.isAtEnd]).toEqual([[5, 6, 7, 8], false])
    }
  })
  test.each([
    ['length is negative', BATCH.length],
    ['length is too large', BATCH.length + 1],
    ['magic is another', BATCH.magic],
  ])('before a batch whose %s', (_, position) => {
    const { file } = fileOfBatches()
    flipByte(file, position)
    const cursor = new BatchCursor(file, 0, file.size)
    expect([walk(cursor), cursor.isAtEnd]).toEqual([[], false])
  })
  test('before zeros', () => {
    const { disk } = fileOfBatches()
    const file = disk.open('t-0/1.log')
    file.write([new Uint8Array(5000)], 0)
    expect(walk(new BatchCursor(file, 0, file.size))).toEqual([])
  })
})

test('a flipped byte is noticed by the checksum', () => {
  const { file } = fileOfBatches()
  flipByte(file, BATCH.records + 4)
  const cursor = new BatchCursor(file, 0, file.size)
  expect([cursor.next(), cursor.isValid(0)]).toEqual([true, false])
})
