import { describe, expect, test } from 'bun:test'
import type { SegmentSuffix } from '../../src/log/file-names.ts'
import { SegmentIndexes } from '../../src/log/segment-indexes.ts'
import { SimDisk } from '../sim/disk.ts'
import { path } from './fixture.ts'

const INTERVAL_BYTES = 100
const INDEX = path('00000000000000000000.index')
const TIME_INDEX = path('00000000000000000000.timeindex')
const pathOf = (suffix: SegmentSuffix) => path(`00000000000000000000.${suffix}`)

/** Batches of ten records and 60 bytes each; `timestamps` are the largest of each batch. */
function noted(timestamps: readonly number[]): SegmentIndexes {
  const indexes = new SegmentIndexes(0)
  timestamps.forEach((timestamp, index) => {
    indexes.note(index * 10 + 9, timestamp, index * 60, 60, INTERVAL_BYTES)
  })
  return indexes
}

describe('an entry', () => {
  test('comes with the first batch after more than the interval, for its last offset and its position', () => {
    const { offsets } = noted([1, 2, 3, 4, 5])
    expect([offsets.entryCount, offsets.lookup(29), offsets.lookup(28), offsets.lookup(49)]).toEqual([2, 120, 0, 240])
  })
  test('has the largest timestamp so far, and where it first was', () => {
    const { times } = noted([5, 9, 9, 2, 7])
    expect([times.entryCount, times.lastTimestamp, times.lastOffset]).toEqual([1, 9, 19])
  })
})

test('are full when either is', () => {
  const indexes = noted([1, 2, 3, 4, 5])
  expect([indexes.isFull(16), indexes.isFull(36), indexes.isFull(47), indexes.isFull(48)]).toEqual([
    true,
    true,
    true,
    false,
  ])
})

describe('the files', () => {
  const LOG_BYTES = 300

  test('are written once, the time index ending with the largest timestamp, and read back', () => {
    const disk = new SimDisk()
    const indexes = noted([1, 2, 3, 8, 5])
    indexes.save(disk, pathOf)
    expect([disk.size(INDEX), disk.size(TIME_INDEX)]).toEqual([16, 24])
    disk.calls.length = 0
    indexes.save(disk, pathOf)
    expect(disk.calls).toEqual([])
    const loaded = SegmentIndexes.load(disk, pathOf, 0, LOG_BYTES)
    expect(loaded).toMatchObject({ maxTimestamp: 8, offsetOfMaxTimestamp: 39, isSaved: true })
  })
  test('take the place of longer ones', () => {
    const disk = new SimDisk()
    disk.writeFile(INDEX, new Uint8Array(800))
    noted([1, 2, 3]).save(disk, pathOf)
    expect(disk.size(INDEX)).toBe(8)
  })
  test('do not stay when they are not whole', () => {
    const disk = new SimDisk()
    disk.capacityBytes = 5
    const indexes = noted([1, 2, 3])
    expect(() => indexes.save(disk, pathOf)).toThrow('not written whole')
    expect([disk.size(INDEX), indexes.isSaved]).toEqual([null, false])
  })
  test('are refused when one is missing, cut, or of a longer log', () => {
    const disk = new SimDisk()
    noted([1, 2, 3, 4, 5]).save(disk, pathOf)
    expect(SegmentIndexes.load(disk, pathOf, 0, LOG_BYTES)).not.toBeNull()
    expect(SegmentIndexes.load(disk, pathOf, 0, 240)).toBeNull()
    disk.open(INDEX).truncate(15)
    expect(SegmentIndexes.load(disk, pathOf, 0, LOG_BYTES)).toBeNull()
    disk.remove(INDEX)
    expect(SegmentIndexes.load(disk, pathOf, 0, LOG_BYTES)).toBeNull()
  })
})
