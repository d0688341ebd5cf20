import { describe, expect, test } from 'bun:test'
import type { PartitionLog } from '../../src/log/partition.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { BATCH } from '../../src/wire/records/batch.ts'
import { SimDisk } from '../sim/disk.ts'
import { append, batch, flipByte, offsetRanges, openLog, path } from './fixture.ts'

const FIRST_LOG = path('00000000000000000000.log')
const two = { timestamps: [5, 6] }
const sizeOfOne = batch(two).length
const config = { segmentBytes: 5 * sizeOfOne, indexIntervalBytes: sizeOfOne }

/** Batches of two records, five to a segment: the segments begin at 0, 10 and 20. */
function filled(disk: SimDisk, batchCount = 12): PartitionLog {
  const log = openLog(disk, { config })
  for (let index = 0; index < batchCount; index++) {
    append(log, { timestamps: [index * 10, index * 10 + 5], producerId: 3, producerEpoch: 0, baseSequence: index * 2 })
  }
  return log
}

function filesOf(disk: SimDisk, pattern: RegExp): Record<string, string> {
  const names = disk.list('t-0').filter(name => pattern.test(name))
  return Object.fromEntries(
    names.sort().map(name => [name, Buffer.from(disk.readFile(path(name)) ?? []).toString('hex')]),
  )
}

describe('after a clean stop', () => {
  test('everything is as it was', () => {
    const disk = new SimDisk()
    const before = filled(disk)
    const ranges = offsetRanges(before)
    before.close()
    disk.settle()
    const log = openLog(disk, { config, isCleanStart: true, recoveryPoint: before.recoveryPoint })
    expect(offsetRanges(log)).toEqual(ranges)
    expect([log.logEndOffset, log.sizeBytes, log.recoveryPoint]).toEqual([24, 12 * sizeOfOne, 24])
    expect(log.maxTimestamp()).toMatchObject({ offset: 23, timestampMs: 115 })
  })

  test('nothing is read but the tail after the last index entry, and small files', () => {
    const disk = new SimDisk()
    const first = openLog(disk)
    for (let index = 0; index < 500; index++) append(first, { valueBytes: 1000 })
    first.close()
    disk.calls.length = 0
    expect(openLog(disk, { isCleanStart: true }).logEndOffset).toBe(500)
    const read = disk.calls.filter(call => call.operation === 'read').reduce((sum, call) => sum + call.bytes, 0)
    expect(read).toBeLessThan(20_000)
  })

  test('a second stop without appends writes nothing', () => {
    const disk = new SimDisk()
    filled(disk).close()
    const log = openLog(disk, { config, isCleanStart: true, recoveryPoint: 24 })
    disk.calls.length = 0
    log.close()
    expect(disk.calls.filter(call => call.operation !== 'read')).toEqual([])
  })

  test('appends go on with the same indexes as without the stop', () => {
    const straight = new SimDisk()
    filled(straight, 14).close()
    const stopped = new SimDisk()
    filled(stopped, 12).close()
    const log = openLog(stopped, { config, isCleanStart: true })
    for (const index of [12, 13]) {
      append(log, {
        timestamps: [index * 10, index * 10 + 5],
        producerId: 3,
        producerEpoch: 0,
        baseSequence: index * 2,
      })
    }
    log.close()
    expect(filesOf(stopped, /\.(log|index)$/)).toEqual(filesOf(straight, /\.(log|index)$/))
  })

  test('a missing index is made anew', () => {
    const disk = new SimDisk()
    filled(disk).close()
    const before = filesOf(disk, /index$/)
    for (const name of Object.keys(before)) disk.remove(path(name))
    const log = openLog(disk, { config, isCleanStart: true })
    expect(log.maxTimestamp()).toMatchObject({ offset: 23, timestampMs: 115 })
    expect(log.offsetForTimestamp(42)).toMatchObject({ offset: 9, timestampMs: 45 })
  })

  test('a log that was damaged meanwhile is checked after all', () => {
    const disk = new SimDisk()
    filled(disk).close()
    disk.open(path('00000000000000000020.log')).truncate(2 * sizeOfOne - 1)
    expect(openLog(disk, { config, isCleanStart: true }).logEndOffset).toBe(22)
  })
})

describe('after a crash', () => {
  test('every whole batch is there, and the indexes are those of a clean stop', () => {
    const clean = new SimDisk()
    filled(clean).close()
    const disk = new SimDisk()
    filled(disk)
    openLog(disk, { config }).close()
    expect(filesOf(disk, /^\d/)).toEqual(filesOf(clean, /^\d/))
  })

  test.each([1, BATCH.records, sizeOfOne - 1])('a tail torn %d bytes into a batch is cut off', kept => {
    const disk = new SimDisk()
    filled(disk, 3)
    disk.open(FIRST_LOG).truncate(2 * sizeOfOne + kept)
    const log = openLog(disk, { config })
    expect(log.logEndOffset).toBe(4)
    expect(disk.size(FIRST_LOG)).toBe(2 * sizeOfOne)
    expect(append(log, { ...two, producerId: 3, producerEpoch: 0, baseSequence: 4 }).baseOffset).toBe(4)
  })

  test.each([BATCH.length, BATCH.magic, BATCH.crc, BATCH.attributes, BATCH.records + 3, BATCH.baseOffset])(
    'damage at byte %d of a batch ends the log before it, and later segments go',
    position => {
      const disk = new SimDisk()
      filled(disk)
      flipByte(disk.open(FIRST_LOG), 3 * sizeOfOne + position)
      const log = openLog(disk, { config })
      expect(log.logEndOffset).toBe(6)
      expect(log.segmentBaseOffsets).toEqual([0])
      expect(disk.list('t-0').filter(name => /^0*[12]0\.(log|index|timeindex|snapshot)$/.test(name))).toEqual([])
    },
  )

  test('zeros where a batch should be end the log', () => {
    const disk = new SimDisk()
    filled(disk, 3)
    disk.open(FIRST_LOG).write([new Uint8Array(4096)], 3 * sizeOfOne)
    expect(openLog(disk, { config }).logEndOffset).toBe(6)
  })

  test('segments behind a gap, of which only compaction leaves some on purpose, are no part of the log', () => {
    const disk = new SimDisk()
    filled(disk)
    disk.open(path('00000000000000000010.log')).truncate(3 * sizeOfOne)
    const compacted = openLog(disk, { config: { ...config, cleanupPolicy: ['compact'] } })
    expect([compacted.logEndOffset, compacted.segmentBaseOffsets]).toEqual([24, [0, 10, 20]])
    const log = openLog(disk, { config })
    expect([log.logEndOffset, log.segmentBaseOffsets]).toEqual([16, [0, 10]])
    expect(append(log, two).baseOffset).toBe(16)
  })

  test('what lies before the recovery point is taken as it is', () => {
    const disk = new SimDisk()
    filled(disk)
    flipByte(disk.open(FIRST_LOG), BATCH.records + 3)
    expect(openLog(disk, { config, recoveryPoint: 10 }).logEndOffset).toBe(24)
    expect(openLog(disk, { config, recoveryPoint: 9 }).logEndOffset).toBe(0)
  })

  test('wrong indexes are replaced', () => {
    const disk = new SimDisk()
    filled(disk)
    for (const name of ['00000000000000000000.index', '00000000000000000010.timeindex']) {
      disk.writeFile(path(name), new Uint8Array(48).fill(3))
    }
    const log = openLog(disk, { config })
    expect(log.offsetForTimestamp(42)).toMatchObject({ offset: 9, timestampMs: 45 })
    expect(offsetRanges(log)).toHaveLength(12)
  })

  test.each(['missing', 'damaged', 'ahead of the log'])('snapshots that are %s do no harm', fate => {
    const disk = new SimDisk()
    filled(disk).close()
    for (const name of disk.list('t-0').filter(name => name.endsWith('.snapshot'))) {
      if (fate === 'missing') disk.remove(path(name))
      if (fate === 'damaged') flipByte(disk.open(path(name)), 9)
    }
    if (fate === 'ahead of the log') disk.open(path('00000000000000000020.log')).truncate(sizeOfOne)
    const log = openLog(disk, { config })
    const next = log.logEndOffset
    expect(append(log, { ...two, producerId: 3, producerEpoch: 0, baseSequence: next + 1 }).errorCode).toBe(
      ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
    )
    expect(append(log, { ...two, producerId: 3, producerEpoch: 0, baseSequence: next }).baseOffset).toBe(next)
    expect(disk.list('t-0')).not.toContain('00000000000000000024.snapshot')
  })

  test('epochs beyond the end are forgotten', () => {
    const disk = new SimDisk()
    const log = openLog(disk)
    append(log, two)
    log.leaderEpoch = 1
    append(log, two)
    disk.open(FIRST_LOG).truncate(sizeOfOne + 9)
    expect(openLog(disk).endOffsetForEpoch(0)).toEqual({ leaderEpoch: 0, endOffset: 2 })
  })

  test('a full disk does not stop it', () => {
    const disk = new SimDisk()
    filled(disk)
    disk.capacityBytes = disk.usedBytes
    expect(offsetRanges(openLog(disk, { config }))).toHaveLength(12)
  })
})

test('a log that begins later keeps its start', () => {
  const disk = new SimDisk()
  const log = openLog(disk, { logStartOffset: 40 })
  expect([log.logStartOffset, log.logEndOffset, append(log).baseOffset]).toEqual([40, 40, 40])
  expect(openLog(disk).logStartOffset).toBe(40)
  expect(openLog(disk, { logStartOffset: 41 }).logStartOffset).toBe(41)
})

test('producers that have expired are not taken from a snapshot', () => {
  const disk = new SimDisk()
  filled(disk).close()
  const log = openLog(disk, { config: { ...config, producerIdExpirationMs: 10 }, isCleanStart: true })
  expect([...log.activeProducers]).toEqual([])
})

test('after a crash a producer may send its last five batches again, also those before the last roll', () => {
  const disk = new SimDisk()
  const config = { segmentBytes: 300 }
  const log = openLog(disk, { config })
  const producer = { producerId: 9, producerEpoch: 0 }
  const offsets = [0, 1, 2, 3, 4, 5, 6].map(baseSequence => append(log, { ...producer, baseSequence }).baseOffset)
  expect(log.segmentBaseOffsets.length).toBeGreaterThan(2)

  const reopened = openLog(disk, { config, isCleanStart: false })
  for (const baseSequence of [2, 3, 4, 5, 6]) {
    const again = append(reopened, { ...producer, baseSequence })
    expect([again.errorCode, again.baseOffset]).toEqual([ErrorCode.NONE, offsets[baseSequence] ?? -1])
  }
  expect(append(reopened, { ...producer, baseSequence: 7 }).baseOffset).toBe(7)
})
