import { describe, expect, test } from 'bun:test'
import type { LogConfig } from '../../src/log/log-config.ts'
import type { PartitionLog } from '../../src/log/partition.ts'
import { withSeed } from '../seed.ts'
import { SimDisk } from '../sim/disk.ts'
import {
  batchesOf,
  begin,
  clean,
  compacted,
  finish,
  lastValues,
  linesOf,
  type Pair,
  recordsOf,
  write,
} from './compaction-fixture.ts'
import { DIRECTORY, flipByte, NOW_MS, openLog, path } from './fixture.ts'

const DAY_MS = 86_400_000
const KEYS = 7

/** A log of many batches, in which a few keys come again and again. */
function filled(disk: SimDisk, batchCount = 60, config: Partial<LogConfig> = {}): PartitionLog {
  const log = openLog(disk, { config: { ...compacted, ...config } })
  for (let count = 0; count < batchCount; count++) {
    const key = (step: number) => `key ${(count * 3 + step) % KEYS}`
    write(
      log,
      [0, 1, 2].map((step): Pair => [key(step), `value ${count}.${step}`.padEnd(20)]),
    )
  }
  return log
}

function names(disk: SimDisk, pattern: RegExp): string[] {
  return disk
    .list(DIRECTORY)
    .filter(name => pattern.test(name))
    .sort()
}

describe('a round', () => {
  test('leaves the last record of each key, where it was, and all of the active segment', () => {
    const disk = new SimDisk()
    const log = filled(disk)
    const before = new Map(recordsOf(log).map(record => [record.offset, record]))
    const values = lastValues(log)
    const { activeBaseOffset, logEndOffset } = log
    expect(clean(log, disk)).toBe(activeBaseOffset)
    const after = recordsOf(log)
    for (const record of after) expect(record).toEqual(before.get(record.offset)!)
    const cleaned = after.filter(({ offset }) => offset < activeBaseOffset)
    expect(cleaned.length).toBe(KEYS)
    expect(after.length - cleaned.length).toBe(logEndOffset - activeBaseOffset)
    expect([lastValues(log), log.logEndOffset]).toEqual([values, logEndOffset])
  })

  test('makes smaller segments, the next one of many of them, and leaves nothing else behind', () => {
    const disk = new SimDisk()
    const log = filled(disk)
    const bases = log.segmentBaseOffsets
    const active = log.activeBaseOffset
    clean(log, disk)
    expect(log.segmentBaseOffsets).toEqual(bases)
    clean(log, disk)
    expect(log.segmentBaseOffsets).toEqual([0, active])
    expect(names(disk, /^\d/).map(name => Number(name.slice(0, 20)))).toEqual([0, 0, 0, active, active])
    expect(names(disk, /cleaned|swap|deleted/)).toEqual([])
  })

  test('makes groups of what stays together within segment.bytes', () => {
    const disk = new SimDisk()
    const log = openLog(disk, { config: compacted })
    for (let count = 0; count < 30; count++) write(log, [[`key ${count}`, 'v'.repeat(300)]])
    const bases = log.segmentBaseOffsets
    clean(log, disk)
    expect(log.segmentBaseOffsets).toEqual(bases)
    expect(recordsOf(log)).toHaveLength(30)
  })

  test('has no keys twice in what was dirty, and reads no keys of what was clean', () => {
    const disk = new SimDisk()
    const log = filled(disk, 30)
    const end = clean(log, disk)
    for (let count = 0; count < 30; count++) write(log, [['key 1', `later ${count}`.padEnd(40)]])
    const again = clean(log, disk, { from: end })
    const keys = recordsOf(log)
      .filter(({ offset }) => offset < again)
      .map(({ key }) => new TextDecoder().decode(key ?? undefined))
    expect(keys.toSorted()).toEqual(Array.from({ length: KEYS }, (_, index) => `key ${index}`))
  })

  test('lets tombstones go a day after it first saw them', () => {
    const disk = new SimDisk()
    const log = openLog(disk, { config: compacted })
    write(log, [
      ['a', '1'],
      ['b', '2'],
    ])
    write(log, [['a', null]])
    for (let count = 0; count < 30; count++) write(log, [['c', 'v'.repeat(50)]])
    clean(log, disk)
    expect(linesOf(log).slice(0, 2)).toEqual(['1 b=2', '2 a=null'])
    clean(log, disk, { nowMs: NOW_MS + DAY_MS - 1 })
    expect(linesOf(log).slice(0, 2)).toEqual(['1 b=2', '2 a=null'])
    clean(log, disk, { nowMs: NOW_MS + DAY_MS })
    expect(linesOf(log)[0]).toBe('1 b=2')
    expect(lastValues(log).has('a')).toBe(false)
  })

  test('keeps the last sequence of each producer', () => {
    const disk = new SimDisk()
    const log = openLog(disk, { config: compacted })
    const producer = { producerId: 5, producerEpoch: 0 }
    write(
      log,
      [
        ['a', '1'],
        ['b', '2'],
      ],
      { ...producer, baseSequence: 0 },
    )
    write(
      log,
      [
        ['a', '3'],
        ['b', '4'],
      ],
      { ...producer, baseSequence: 2 },
    )
    for (let count = 0; count < 30; count++)
      write(log, [
        ['a', 'v'.repeat(50)],
        ['b', 'w'],
      ])
    clean(log, disk)
    expect(batchesOf(log)[0]?.header).toMatchObject({ baseOffset: 2, recordCount: 0, baseSequence: 2, producerId: 5 })
    for (const name of names(disk, /snapshot$/)) disk.remove(path(name))
    const reopened = openLog(disk, { config: compacted })
    const [entry] = reopened.activeProducers
    expect([entry?.producerId, entry?.batches.at(-1)?.lastSequence]).toEqual([5, 3])
  })

  test('may end before the dirty section does, where the keys are too many, and goes on there', () => {
    const disk = new SimDisk()
    const log = openLog(disk, { config: compacted })
    for (let count = 0; count < 60; count++) write(log, [[`key ${count % 20}`, `${count}`.padEnd(60)]])
    const values = lastValues(log)
    const ends: number[] = []
    for (let from = 0; from < log.activeBaseOffset; from = ends.at(-1) ?? 0) {
      ends.push(clean(log, disk, { from, maxMapBytes: 1 }))
    }
    expect(ends).toEqual(Array.from({ length: log.activeBaseOffset }, (_, index) => index + 1))
    expect(lastValues(log)).toEqual(values)
    expect(recordsOf(log).filter(({ offset }) => offset < log.activeBaseOffset)).toHaveLength(20)
  })

  test('goes on while the log is written, rolled and read', () => {
    const disk = new SimDisk()
    const log = filled(disk)
    const { activeBaseOffset } = log
    const compaction = begin(log, disk)
    const written: string[] = []
    for (let count = 0; ; count++) {
      const { done, value } = compaction.next()
      if (done) break
      if (value === 'waits') disk.settle()
      if (count < 60)
        written.push(`${write(log, [['key 1', `new ${count}`.padEnd(30)]])} key 1=${`new ${count}`.padEnd(30)}`)
      expect(linesOf(log).slice(-written.length)).toEqual(written)
    }
    expect(log.activeBaseOffset).toBeGreaterThan(activeBaseOffset)
    expect(recordsOf(log).filter(({ offset }) => offset < activeBaseOffset)).toHaveLength(KEYS)
    const reopened = openLog(disk, { config: compacted })
    expect(linesOf(reopened)).toEqual(linesOf(log))
  })

  test('of nothing but old records leaves the last header, so that the log ends where it did', () => {
    const disk = new SimDisk()
    const log = filled(disk)
    const end = clean(log, disk)
    const values = lastValues(log)
    for (let count = 0; count < 12; count++)
      write(
        log,
        [0, 1, 2, 3, 4, 5, 6].map((key): Pair => [`key ${key}`, 'x']),
      )
    expect(clean(log, disk, { from: end })).toBe(log.activeBaseOffset)
    const last = batchesOf(log).findLast(({ header }) => header.baseOffset < log.activeBaseOffset)
    expect((last?.header.baseOffset ?? 0) + (last?.header.lastOffsetDelta ?? 0) + 1).toBe(log.activeBaseOffset)
    expect(lastValues(log).size).toBe(values.size)
  })
})

describe('reading a log that was cleaned', () => {
  test('from an offset that is gone begins with the next that is there', () => {
    const disk = new SimDisk()
    const log = filled(disk)
    clean(log, disk)
    const batches = batchesOf(log)
    for (let offset = 0; offset < log.logEndOffset; offset++) {
      const next = batches.find(({ header }) => header.baseOffset + header.lastOffsetDelta >= offset)
      const [piece] = log.read(offset, 1, log.logEndOffset, 'whole').pieces
      expect(piece?.length).toBe(next?.header.sizeBytes ?? -1)
      expect(log.bytesBetween(offset, log.highWatermark)).toBe(
        batches.slice(next ? batches.indexOf(next) : 0).reduce((sum, { header }) => sum + header.sizeBytes, 0),
      )
    }
  })

  test('by timestamp finds what is left', () => {
    const disk = new SimDisk()
    const log = openLog(disk, { config: compacted })
    for (let count = 0; count < 40; count++) write(log, [[`key ${count % 4}`, `${count}`.padEnd(50)]])
    clean(log, disk)
    const [first] = recordsOf(log)
    expect(log.offsetForTimestamp(NOW_MS)).toMatchObject({ offset: first?.offset, timestampMs: NOW_MS })
    expect(log.offsetForTimestamp(NOW_MS + 1)).toBeNull()
  })

  test('after a restart, clean or not, is the same', () => {
    const disk = new SimDisk()
    const log = filled(disk)
    clean(log, disk)
    const lines = linesOf(log)
    expect(linesOf(openLog(disk, { config: compacted }))).toEqual(lines)
    log.close()
    expect(linesOf(openLog(disk, { config: compacted, isCleanStart: true }))).toEqual(lines)
    // Gaps before the checkpoint are no loss, though the topic is compacted no longer.
    const plain = { config: { ...compacted, cleanupPolicy: ['delete'] as const } }
    expect(linesOf(openLog(disk, { ...plain, cleanedOffset: log.activeBaseOffset }))).toEqual(lines)
  })
})

describe('a round is given up', () => {
  const untouched = (disk: SimDisk): string[] => names(disk, /cleaned|swap/)

  test('when the log is closed', () => {
    const disk = new SimDisk()
    const log = filled(disk)
    const lines = linesOf(log)
    const compaction = begin(log, disk)
    for (let count = 0; count < 70; count++) compaction.next()
    expect(untouched(disk)).not.toEqual([])
    log.close()
    expect([compaction.next().done, untouched(disk), log.isCleanable]).toEqual([true, [], false])
    expect(linesOf(openLog(disk, { config: compacted, isCleanStart: true }))).toEqual(lines)
  })

  test('when the log is abandoned, and its files go', () => {
    const disk = new SimDisk()
    const log = filled(disk)
    const compaction = begin(log, disk)
    for (let count = 0; count < 70; count++) compaction.next()
    log.abandon()
    disk.remove(DIRECTORY)
    expect([compaction.next().done, disk.list(DIRECTORY)]).toEqual([true, []])
  })

  test('when records at the front are deleted', () => {
    const disk = new SimDisk()
    const log = filled(disk)
    const compaction = begin(log, disk)
    for (let count = 0; count < 70; count++) compaction.next()
    log.incrementLogStartOffset(log.segmentBaseOffsets[2] ?? 0)
    expect([finish(compaction, disk), untouched(disk)]).toEqual([null, []])
    const values = lastValues(log)
    clean(log, disk, { from: null })
    expect(lastValues(log)).toEqual(values)
  })

  test('while it waits for the medium', () => {
    const disk = new SimDisk()
    const log = filled(disk)
    const compaction = begin(log, disk)
    while (compaction.next().value !== 'waits');
    log.close()
    disk.settle()
    expect([compaction.next().done, untouched(disk)]).toEqual([true, []])
  })
})

describe('aborted transactions', () => {
  const PRODUCER = { producerId: 9, producerEpoch: 0, isTransactional: true }
  const end = { producerId: 9, producerEpoch: 0, coordinatorEpoch: 0, transactionVersion: 1 }

  /** Two transactions, of which the first is aborted, and enough behind them to close their segments. */
  function written(disk: SimDisk): PartitionLog {
    const log = openLog(disk, { config: compacted })
    write(log, [['a', 'aborted']], { ...PRODUCER, baseSequence: 0 })
    log.endTransaction({ ...end, isCommit: false }, NOW_MS)
    write(log, [['b', 'committed']], { ...PRODUCER, baseSequence: 1 })
    log.endTransaction({ ...end, isCommit: true }, NOW_MS)
    for (let count = 0; count < 40; count++) write(log, [['c', 'plain'.padEnd(60)]])
    return log
  }
  const aborted = (log: PartitionLog) => log.abortedTransactions(0, 1 << 20).map(of => [of.producerId, of.firstOffset])

  test('lose their records in the first round, and are known while their marker is there', () => {
    const disk = new SimDisk()
    const log = written(disk)
    expect(aborted(log)).toEqual([[9, 0]])
    const end = clean(log, disk)
    expect(linesOf(log).some(line => line.includes('aborted'))).toBeFalse()
    expect(linesOf(log)).toContain('2 b=committed')
    expect(aborted(log)).toEqual([[9, 0]])
    expect(aborted(openLog(disk, { config: compacted, isCleanStart: true, cleanedOffset: end }))).toEqual([[9, 0]])
  })

  test('are forgotten with their marker, whose last day is over', () => {
    const disk = new SimDisk()
    const log = written(disk)
    const day = 24 * 60 * 60 * 1000
    for (let round = 0; round < 3; round++) {
      for (let count = 0; count < 20; count++) write(log, [['c', 'plain'.padEnd(60)]])
      clean(log, disk, { nowMs: NOW_MS + round * (day + 1) })
    }
    expect(aborted(log)).toEqual([])
    expect(disk.size(path('00000000000000000000.txnindex'))).toBeNull()
  })

  test('that are not decided yet are not cleaned, nor what lies behind them', () => {
    const disk = new SimDisk()
    const log = openLog(disk, { config: compacted })
    write(log, [['a', 'open']], { ...PRODUCER, baseSequence: 0 })
    for (let count = 0; count < 40; count++) write(log, [['c', 'plain'.padEnd(60)]])
    disk.settle()
    expect(log.planCleaning(0, NOW_MS)).toMatchObject({ firstUncleanableOffset: 0, isDue: false })
    log.endTransaction({ ...end, isCommit: true }, NOW_MS)
    expect(log.planCleaning(0, NOW_MS)).toMatchObject({ firstUncleanableOffset: log.activeBaseOffset, isDue: true })
  })
})

describe('the disk refuses', () => {
  /** The calls that change something in a whole round. */
  function callsOfARound(): number {
    const disk = new SimDisk()
    const compaction = begin(filled(disk), disk)
    disk.calls.length = 0
    finish(compaction, disk)
    return disk.calls.filter(({ operation }) => operation !== 'read').length
  }

  test('any one call: the log is whole, and so it is after a restart', () => {
    const count = callsOfARound()
    expect(count).toBeGreaterThan(50)
    for (let call = 0; call < count; call++) withSeed(`call ${call}`, () => refuseOne(call))
  })

  function refuseOne(call: number): void {
    const disk = new SimDisk()
    const log = filled(disk)
    const values = lastValues(log)
    const compaction = begin(log, disk)
    let left = call
    disk.fault = operation => (operation !== 'read' && left-- === 0 ? 'EIO' : null)
    expect(() => finish(compaction, disk)).toThrow()
    disk.fault = () => null
    expect(lastValues(log)).toEqual(values)
    write(log, [['key 1', 'and on']])
    // What is half done is not begun again before the next start.
    if (log.isCleanable) clean(log, disk)
    const lines = linesOf(log)
    log.close()
    expect(linesOf(openLog(disk, { config: compacted, isCleanStart: true }))).toEqual(lines)
    expect(names(disk, /cleaned|swap/)).toEqual([])
  }

  test('for it is full: nothing has changed, and it works once there is room', () => {
    const disk = new SimDisk()
    const log = openLog(disk, { config: compacted })
    for (let count = 0; count < 30; count++) write(log, [[`key ${count}`, 'v'.repeat(100)]])
    const lines = linesOf(log)
    const compaction = begin(log, disk)
    disk.capacityBytes = disk.usedBytes + 50
    expect(() => finish(compaction, disk)).toThrow()
    expect([linesOf(log), log.isCleanable]).toEqual([lines, true])
    disk.capacityBytes = Number.POSITIVE_INFINITY
    clean(log, disk)
    expect(names(disk, /cleaned|swap/)).toEqual([])
  })

  test('what is damaged is not cleaned away', () => {
    const disk = new SimDisk()
    const log = filled(disk)
    flipByte(disk.open(path('00000000000000000000.log')), 70)
    const size = disk.size(path('00000000000000000000.log'))
    expect(() => clean(log, disk)).toThrow()
    expect(disk.size(path('00000000000000000000.log'))).toBe(size)
  })
})
