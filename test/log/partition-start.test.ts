/** The log start offset: how it moves, what goes with it, and what outlives a crash. @module */

import { describe, expect, test } from 'bun:test'
import type { PartitionLog } from '../../src/log/partition.ts'
import { SimDisk } from '../sim/disk.ts'
import { append, DIRECTORY, offsetRanges, openLog, path } from './fixture.ts'

const two = { timestamps: [5, 6] }
const sizeOfOne = 90
const config = { segmentBytes: 5 * sizeOfOne }

/** Batches of two records, four to a segment: the segments begin at 0, 8, 16 and 24. */
function filled(disk: SimDisk): PartitionLog {
  const log = openLog(disk, { config })
  for (let count = 0; count < 13; count++) {
    append(log, { ...two, producerId: 3, producerEpoch: 0, baseSequence: count * 2 })
  }
  return log
}

function names(disk: SimDisk): string[] {
  return disk
    .list(DIRECTORY)
    .filter(name => /^\d/.test(name))
    .sort()
}

test('the batches lie as these tests take them to', () => {
  expect(filled(new SimDisk()).segmentBaseOffsets).toEqual([0, 8, 16, 24])
})

describe('a later start', () => {
  test('takes the segments away that lie before it, with all their files; what is around it stays', () => {
    const disk = new SimDisk()
    const log = filled(disk)
    log.incrementLogStartOffset(17)
    expect([log.logStartOffset, log.segmentBaseOffsets, log.logEndOffset]).toEqual([17, [17, 24], 26])
    expect(names(disk).map(name => Number(name.slice(0, 20)))).toEqual([16, 16, 16, 16, 24, 24])
    expect(offsetRanges(log)[0]).toBe('16-17')
  })
  test('at a segment takes all before it; at the log end the active segment stays', () => {
    const disk = new SimDisk()
    const log = filled(disk)
    log.incrementLogStartOffset(16)
    expect(log.segmentBaseOffsets).toEqual([16, 24])
    log.incrementLogStartOffset(26)
    expect([log.segmentBaseOffsets, log.logStartOffset, offsetRanges(log)]).toEqual([[26], 26, []])
    expect(append(log, two).baseOffset).toBe(26)
    expect(offsetRanges(log)).toEqual(['26-27'])
  })
  test('is never an earlier one', () => {
    const log = filled(new SimDisk())
    log.incrementLogStartOffset(10)
    log.incrementLogStartOffset(3)
    expect(log.logStartOffset).toBe(10)
  })
  test('is what is told to those who append and those who ask', () => {
    const log = filled(new SimDisk())
    log.incrementLogStartOffset(11)
    expect(append(log, two).logStartOffset).toBe(11)
    expect(log.earliest).toEqual({ offset: 11, timestampMs: -1, leaderEpoch: 0 })
    expect(log.offsetForTimestamp(5)).toMatchObject({ offset: 11, timestampMs: 6 })
  })
  test('does not hide the largest timestamp while its segment is there', () => {
    const log = filled(new SimDisk())
    append(log, { timestamps: [9, 8] })
    log.incrementLogStartOffset(27)
    expect(log.maxTimestamp()).toMatchObject({ offset: 26, timestampMs: 9 })
  })
  test('leaves the epoch that it lies in, beginning there', () => {
    const disk = new SimDisk()
    const log = filled(disk)
    log.leaderEpoch = 4
    append(log, two)
    log.incrementLogStartOffset(9)
    expect([log.earliest.leaderEpoch, log.endOffsetForEpoch(0)]).toEqual([0, { leaderEpoch: 0, endOffset: 26 }])
    log.incrementLogStartOffset(27)
    expect(log.earliest.leaderEpoch).toBe(4)
    expect(log.endOffsetForEpoch(0)).toEqual({ leaderEpoch: 0, endOffset: 27 })
  })
  test('lets producers go on where they were', () => {
    const disk = new SimDisk()
    const log = filled(disk)
    log.incrementLogStartOffset(26)
    const producer = { ...two, producerId: 3, producerEpoch: 0 }
    expect(append(log, { ...producer, baseSequence: 30 }).errorCode).not.toBe(0)
    log.close()
    const reopened = openLog(disk, { config, isCleanStart: true, logStartOffset: 26, nowMs: 100 })
    expect(append(reopened, { ...producer, baseSequence: 30 }).errorCode).not.toBe(0)
    expect(append(reopened, { ...producer, baseSequence: 26 }).baseOffset).toBe(26)
  })
})

describe('after a restart', () => {
  test.each([false, true])('it is what the checkpoint says (clean: %p)', isCleanStart => {
    const disk = new SimDisk()
    const log = filled(disk)
    log.incrementLogStartOffset(17)
    if (isCleanStart) log.close()
    const reopened = openLog(disk, { config, isCleanStart, logStartOffset: 17 })
    expect([reopened.logStartOffset, reopened.segmentBaseOffsets, reopened.logEndOffset]).toEqual([17, [17, 24], 26])
  })
  test.each([false, true])('segments are removed that a crash has left (clean: %p)', isCleanStart => {
    const disk = new SimDisk()
    const log = filled(disk)
    if (isCleanStart) log.close()
    disk.calls.length = 0
    const reopened = openLog(disk, { config, isCleanStart, logStartOffset: 17 })
    expect([reopened.segmentBaseOffsets, reopened.logStartOffset]).toEqual([[17, 24], 17])
    expect(names(disk).every(name => Number(name.slice(0, 20)) >= 16)).toBe(true)
    expect(disk.calls.filter(({ operation, path: of }) => operation === 'read' && of.endsWith('08.log'))).toEqual([])
  })
  test('what is left of a segment that was half removed goes too', () => {
    const disk = new SimDisk()
    filled(disk)
    disk.remove(path('00000000000000000000.log'))
    openLog(disk, { config, logStartOffset: 9 })
    expect(names(disk).filter(name => name.startsWith('00000000000000000000.'))).toEqual([])
  })
  test('a log that has lost what came before its start begins again there, and gives no offset twice', () => {
    const disk = new SimDisk()
    filled(disk)
    disk.open(path('00000000000000000024.log')).truncate(10)
    const log = openLog(disk, { config, logStartOffset: 26 })
    expect([log.logStartOffset, log.logEndOffset, log.segmentBaseOffsets]).toEqual([26, 26, [26]])
    expect(names(disk)).toEqual(['00000000000000000026.log'])
    expect(append(log, two).baseOffset).toBe(26)
  })
})

test('a disk that refuses to remove keeps what nobody reads until the next start', () => {
  const disk = new SimDisk()
  const log = filled(disk)
  disk.fault = operation => (operation === 'remove' ? 'EIO' : null)
  log.incrementLogStartOffset(17)
  expect([log.logStartOffset, log.segmentBaseOffsets]).toEqual([17, [17, 24]])
  disk.fault = () => null
  expect(openLog(disk, { config, logStartOffset: 17 }).segmentBaseOffsets).toEqual([17, 24])
  expect(names(disk).every(name => Number(name.slice(0, 20)) >= 16)).toBe(true)
})

test('dying at any moment of it leaves a log that begins there', () => {
  for (let calls = 0; calls < 12; calls++) {
    const disk = new SimDisk()
    const log = filled(disk)
    disk.callsToLive = calls
    try {
      log.incrementLogStartOffset(17)
    } catch {
      disk.revive()
    }
    disk.callsToLive = null
    const reopened = openLog(disk, { config, logStartOffset: 17 })
    expect([reopened.logStartOffset, reopened.segmentBaseOffsets, reopened.logEndOffset]).toEqual([17, [17, 24], 26])
    expect(names(disk).every(name => Number(name.slice(0, 20)) >= 16)).toBe(true)
  }
})
