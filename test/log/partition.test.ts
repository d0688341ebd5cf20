import { describe, expect, test } from 'bun:test'
import type { PartitionLog } from '../../src/log/partition.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { readBatchHeader } from '../../src/wire/records/batch.ts'
import { CompressionCodec } from '../../src/wire/records/compression/index.ts'
import { piecesSize } from '../../src/wire/writer.ts'
import { SimDisk } from '../sim/disk.ts'
import {
  allBatches,
  append,
  type BatchShape,
  batch,
  NOW_MS,
  newOutcome,
  offsetRanges,
  openLog,
  path,
  stage,
  validated,
} from './fixture.ts'

const three = { timestamps: [1, 2, 3] }

describe('appending', () => {
  test('gives offsets from the log end on, and the leader epoch', () => {
    const log = openLog(new SimDisk(), { leaderEpoch: 4 })
    expect(append(log, three)).toEqual({
      errorCode: ErrorCode.NONE,
      errorMessage: null,
      baseOffset: 0,
      logAppendTimeMs: -1,
      logStartOffset: 0,
    })
    expect(append(log).baseOffset).toBe(3)
    expect(allBatches(log).map(of => [of.baseOffset, of.partitionLeaderEpoch])).toEqual([
      [0, 4],
      [3, 4],
    ])
  })

  test('several batches of one append lie one after the other', () => {
    const log = openLog(new SimDisk())
    const outcome = newOutcome()
    log.stage(validated(batch(three), batch(), batch(three)), outcome, NOW_MS)
    log.commit()
    expect(outcome.baseOffset).toBe(0)
    expect(offsetRanges(log)).toEqual(['0-2', '3-3', '4-6'])
  })

  test('nothing is seen before the commit, which is one write', () => {
    const disk = new SimDisk()
    const log = openLog(disk)
    expect([stage(log, three).baseOffset, stage(log).baseOffset]).toEqual([0, 3])
    expect([log.logEndOffset, log.highWatermark, log.sizeBytes]).toEqual([0, 0, 0])
    disk.calls.length = 0
    expect(log.commit()).toBe(true)
    expect(disk.calls.filter(call => call.operation === 'write')).toHaveLength(1)
    expect([log.logEndOffset, log.highWatermark, log.lastStableOffset]).toEqual([4, 4, 4])
  })

  test('bytes are patched where they lie', () => {
    const log = openLog(new SimDisk(), { leaderEpoch: 6 })
    append(log, three)
    const records = validated(batch())
    log.stage(records, newOutcome(), NOW_MS)
    expect(readBatchHeader(records.bytes, 0)).toMatchObject({ baseOffset: 3, partitionLeaderEpoch: 6 })
  })

  test('a commit of nothing does nothing', () => {
    const disk = new SimDisk()
    const log = openLog(disk)
    disk.calls.length = 0
    expect(log.commit()).toBe(true)
    expect(disk.calls).toEqual([])
  })

  test('a journal appends its own batches', () => {
    const disk = new SimDisk()
    const log = openLog(disk)
    expect(log.append(batch(three), NOW_MS)).toBe(0)
    expect(log.append(batch(), NOW_MS)).toBe(3)
    disk.capacityBytes = 0
    expect(log.append(batch(), NOW_MS)).toBeNull()
  })
})

describe('a disk that fills up', () => {
  const failed = {
    errorCode: ErrorCode.KAFKA_STORAGE_ERROR,
    errorMessage: null,
    baseOffset: -1,
    logAppendTimeMs: -1,
    logStartOffset: -1,
  }
  const producer = (baseSequence: number): BatchShape => ({ producerId: 5, producerEpoch: 0, baseSequence })

  test.each([0, 1, 50, 100])('with room for %d bytes nothing of a turn is appended, and no sequence burnt', room => {
    const disk = new SimDisk()
    const log = openLog(disk)
    append(log, producer(0))
    disk.capacityBytes = disk.usedBytes + room
    const outcomes = [stage(log, producer(1)), stage(log, producer(2)), stage(log, producer(1))]
    expect(outcomes.map(of => of.baseOffset)).toEqual([1, 2, 1])
    expect(log.commit()).toBe(false)
    expect(outcomes).toEqual([failed, failed, failed])
    expect(log.logEndOffset).toBe(1)
    expect(disk.size(path('00000000000000000000.log'))).toBe(log.sizeBytes)
    disk.capacityBytes = Number.POSITIVE_INFINITY
    expect(append(log, producer(1)).baseOffset).toBe(1)
    expect(offsetRanges(log)).toEqual(['0-0', '1-1'])
  })

  test('a repetition of what is in the log is answered all the same', () => {
    const disk = new SimDisk()
    const log = openLog(disk)
    append(log, producer(0))
    disk.capacityBytes = disk.usedBytes
    stage(log, producer(1))
    const repeated = stage(log, producer(0))
    log.commit()
    expect(repeated).toMatchObject({ errorCode: ErrorCode.NONE, baseOffset: 0 })
  })

  test('what cannot be cut off at once is cut off before the next write', () => {
    const disk = new SimDisk()
    const log = openLog(disk)
    append(log)
    disk.capacityBytes = disk.usedBytes + 70
    disk.fault = operation => (operation === 'truncate' ? 'EIO' : null)
    stage(log, { valueBytes: 5000 })
    expect(log.commit()).toBe(false)
    expect(append(log).errorCode).toBe(ErrorCode.KAFKA_STORAGE_ERROR)
    disk.fault = () => null
    disk.capacityBytes = Number.POSITIVE_INFINITY
    append(log)
    expect(offsetRanges(log)).toEqual(['0-0', '1-1'])
    expect(disk.size(path('00000000000000000000.log'))).toBe(log.sizeBytes)
  })

  test('what cannot be cut off at once is cut off before the next segment begins', () => {
    const disk = new SimDisk()
    const config = { segmentBytes: 200 }
    const log = openLog(disk, { config })
    append(log, { valueBytes: 50 })
    disk.capacityBytes = disk.usedBytes + 10
    disk.fault = operation => (operation === 'truncate' ? 'EIO' : null)
    expect(append(log, { valueBytes: 5 })).toEqual(failed)
    disk.capacityBytes = Number.POSITIVE_INFINITY
    expect(append(log, { valueBytes: 80 })).toEqual(failed)
    disk.fault = () => null
    expect(append(log, { valueBytes: 80 }).baseOffset).toBe(1)
    expect(log.segmentBaseOffsets).toEqual([0, 1])
    expect(offsetRanges(openLog(disk, { config }))).toEqual(['0-0', '1-1'])
  })

  test.each(['write', 'open'])(
    'no later batch of a new producer is taken for the first, which a failed %s lost',
    operation => {
      const disk = new SimDisk()
      const log = openLog(disk, { config: { segmentBytes: 200 } })
      append(log, { valueBytes: 50 })
      const producer = { producerId: 5, producerEpoch: 0, valueBytes: 60 }
      disk.fault = of => (of === operation ? 'EIO' : null)
      expect(append(log, { ...producer, baseSequence: 0 })).toEqual(failed)
      disk.fault = () => null
      const { OUT_OF_ORDER_SEQUENCE_NUMBER } = ErrorCode
      expect(append(log, { ...producer, baseSequence: 1 }).errorCode).toBe(OUT_OF_ORDER_SEQUENCE_NUMBER)
      expect(append(log, { ...producer, baseSequence: 0 }).baseOffset).toBe(1)
      expect(append(log, { ...producer, baseSequence: 1 }).baseOffset).toBe(2)
    },
  )

  test('a roll that the disk refuses leaves the log as it was', () => {
    const disk = new SimDisk()
    const log = openLog(disk, { config: { segmentBytes: 200 } })
    append(log, { valueBytes: 50 })
    disk.fault = operation => (operation === 'open' ? 'ENOSPC' : null)
    expect(append(log, { valueBytes: 80 })).toEqual(failed)
    disk.fault = () => null
    expect(append(log, { valueBytes: 80 }).baseOffset).toBe(1)
    expect(log.segmentBaseOffsets).toEqual([0, 1])
  })

  test('a roll that cannot write indexes and snapshot goes on without', () => {
    const disk = new SimDisk()
    const log = openLog(disk, { config: { segmentBytes: 200 } })
    append(log, { valueBytes: 50, timestamps: [77] })
    disk.fault = (operation, of) => (operation === 'writeFile' || of.endsWith('index') ? 'ENOSPC' : null)
    expect(append(log, { valueBytes: 80 }).baseOffset).toBe(1)
    disk.fault = () => null
    expect(log.offsetForTimestamp(50)).toMatchObject({ offset: 0, timestampMs: 77 })
    log.close()
    expect(disk.size(path('00000000000000000000.timeindex'))).toBe(12)
  })
})

describe('idempotent producers', () => {
  const sent = (baseSequence: number, timestamps = [1000]): BatchShape => ({
    producerId: 9,
    producerEpoch: 0,
    baseSequence,
    timestamps,
  })

  test("a repeated batch gets the first one's offset and timestamp", () => {
    const log = openLog(new SimDisk())
    append(log, sent(0, [1000, 1001]))
    append(log, sent(2))
    expect(append(log, sent(0, [1000, 1001]))).toEqual({
      errorCode: ErrorCode.NONE,
      errorMessage: null,
      baseOffset: 0,
      logAppendTimeMs: 1001,
      logStartOffset: 0,
    })
    expect(log.logEndOffset).toBe(3)
  })

  test('a batch after a gap is refused, with the log start offset', () => {
    const log = openLog(new SimDisk())
    append(log, sent(0))
    expect(append(log, sent(2))).toEqual({
      errorCode: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
      errorMessage: null,
      baseOffset: -1,
      logAppendTimeMs: -1,
      logStartOffset: 0,
    })
    expect(log.logEndOffset).toBe(1)
  })

  test('sequences of one turn follow each other', () => {
    const log = openLog(new SimDisk())
    const codes = [0, 1, 3, 2].map(sequence => stage(log, sent(sequence)).errorCode)
    expect(codes).toEqual([0, 0, ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, 0])
    log.commit()
    expect(log.logEndOffset).toBe(3)
  })

  test('they are remembered over a clean stop and over a crash', () => {
    for (const isClean of [true, false]) {
      const disk = new SimDisk()
      const first = openLog(disk, { nowMs: 2000 })
      for (let sequence = 0; sequence < 7; sequence++) append(first, sent(sequence))
      if (isClean) first.close()
      const log = openLog(disk, { isCleanStart: isClean, nowMs: 2000 })
      expect(append(log, sent(6))).toMatchObject({ errorCode: ErrorCode.NONE, baseOffset: 6 })
      expect(append(log, sent(8)).errorCode).toBe(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER)
      expect(append(log, sent(7)).baseOffset).toBe(7)
    }
  })

  test('they expire', () => {
    const log = openLog(new SimDisk(), { config: { producerIdExpirationMs: 50 } })
    append(log, sent(0))
    log.expireProducers(1050)
    expect([...log.activeProducers]).toEqual([])
  })
})

describe('flush.messages', () => {
  const flushesOf = (disk: SimDisk) => disk.calls.filter(({ operation }) => operation === 'flush').length

  test('of one: each commit has reached the medium before it is answered', () => {
    const disk = new SimDisk()
    const log = openLog(disk, { config: { flushMessages: 1 } })
    for (let count = 0; count < 3; count++) append(log)
    stage(log)
    stage(log)
    log.commit()
    expect(flushesOf(disk)).toBe(4)
    disk.losePower()
    expect(openLog(disk).logEndOffset).toBe(5)
  })

  test('counts records, those of segments that were closed meanwhile too', () => {
    const disk = new SimDisk()
    const segmentBytes = 2 * batch(three).length
    const log = openLog(disk, { config: { flushMessages: 10, segmentBytes } })
    for (let count = 0; count < 3; count++) append(log, three)
    expect(flushesOf(disk)).toBe(0)
    append(log, three)
    expect([flushesOf(disk), log.segmentBaseOffsets]).toEqual([2, [0, 6]])
    disk.losePower()
    expect(openLog(disk).logEndOffset).toBe(12)
  })

  test('that the medium refuses is a commit that failed', () => {
    const disk = new SimDisk()
    const log = openLog(disk, { config: { flushMessages: 2 } })
    append(log)
    disk.fault = operation => (operation === 'flush' ? 'EIO' : null)
    expect(append(log).errorCode).toBe(ErrorCode.KAFKA_STORAGE_ERROR)
    expect([log.logEndOffset, disk.size(path('00000000000000000000.log'))]).toEqual([1, log.sizeBytes])
  })
})

describe('rolling', () => {
  const bytesOfOne = batch({ valueBytes: 100 }).length

  test('by segment.bytes', () => {
    const log = openLog(new SimDisk(), { config: { segmentBytes: 3 * bytesOfOne } })
    for (let count = 0; count < 7; count++) append(log, { valueBytes: 100 })
    expect(log.segmentBaseOffsets).toEqual([0, 3, 6])
    expect(offsetRanges(log)).toEqual(['0-0', '1-1', '2-2', '3-3', '4-4', '5-5', '6-6'])
  })

  test('counts what is staged', () => {
    const log = openLog(new SimDisk(), { config: { segmentBytes: 3 * bytesOfOne } })
    const outcomes = [0, 1, 2, 3, 4].map(() => stage(log, { valueBytes: 100 }))
    expect([log.logEndOffset, log.segmentBaseOffsets.length]).toEqual([3, 2])
    log.commit()
    expect(outcomes.map(of => of.baseOffset)).toEqual([0, 1, 2, 3, 4])
  })

  test("by segment.ms, counted from the first batch's timestamp", () => {
    const log = openLog(new SimDisk(), { config: { segmentMs: 100 } })
    for (const timestamp of [1000, 1100, 1101, 1150, 1201, 1202]) append(log, { timestamps: [timestamp] })
    expect(log.segmentBaseOffsets).toEqual([0, 2, 5])
  })

  test('up to segment.jitter.ms earlier, each segment by its own measure', () => {
    const log = openLog(new SimDisk(), { config: { segmentMs: 1000, segmentJitterMs: 500 } })
    for (let timestamp = 0; timestamp < 30_000; timestamp += 10) append(log, { timestamps: [timestamp] })
    const spans = log.segmentBaseOffsets.slice(1).map((offset, index) => offset - (log.segmentBaseOffsets[index] ?? 0))
    expect(spans.length).toBeGreaterThan(29)
    expect([Math.min(...spans) > 50, Math.max(...spans) <= 101]).toEqual([true, true])
    expect(new Set(spans).size).toBeGreaterThan(spans.length / 3)
  })

  test('by segment.ms after a restart', () => {
    const disk = new SimDisk()
    append(openLog(disk, { config: { segmentMs: 100 } }), { timestamps: [1000] })
    const log = openLog(disk, { config: { segmentMs: 100 } })
    append(log, { timestamps: [1101] })
    expect(log.segmentBaseOffsets).toEqual([0, 1])
  })

  test('by our clock where records have no timestamp', () => {
    const log = openLog(new SimDisk(), { config: { segmentMs: 100 } })
    append(log, { timestamps: [-1] }, NOW_MS)
    append(log, { timestamps: [-1] }, NOW_MS + 100)
    append(log, { timestamps: [-1] }, NOW_MS + 101)
    expect(log.segmentBaseOffsets).toEqual([0, 2])
  })

  test('by a full index', () => {
    const log = openLog(new SimDisk(), { config: { segmentIndexBytes: 48, indexIntervalBytes: 0 } })
    for (let count = 0; count < 9; count++) append(log, { timestamps: [1000 + count] })
    expect(log.segmentBaseOffsets).toEqual([0, 4, 8])
  })

  test('never leaves an empty segment', () => {
    const log = openLog(new SimDisk(), { config: { segmentBytes: 10 } })
    append(log)
    append(log)
    expect(log.segmentBaseOffsets).toEqual([0, 1])
  })

  test('a new configuration is in force at once', () => {
    const log = openLog(new SimDisk())
    append(log)
    log.config = { ...log.config, segmentBytes: 10 }
    append(log)
    expect(log.segmentBaseOffsets).toEqual([0, 1])
  })

  test('a closed segment is flushed, and the recovery point follows', () => {
    const disk = new SimDisk()
    const log = openLog(disk, { config: { segmentBytes: 10 } })
    append(log)
    append(log)
    expect(log.recoveryPoint).toBe(0)
    disk.settle()
    expect(log.recoveryPoint).toBe(1)
  })

  test('the recovery point stays where a flush has failed', () => {
    const disk = new SimDisk()
    const log = openLog(disk, { config: { segmentBytes: 10 } })
    append(log)
    append(log)
    disk.fault = operation => (operation === 'flush' ? 'EIO' : null)
    disk.settle()
    disk.fault = () => null
    append(log)
    disk.settle()
    expect(log.recoveryPoint).toBe(0)
  })
})

describe('reading', () => {
  /** Thirty batches of three records in segments of eight batches. */
  function filled(disk = new SimDisk()): PartitionLog {
    const log = openLog(disk, { config: { segmentBytes: 8 * batch(three).length, indexIntervalBytes: 100 } })
    for (let count = 0; count < 30; count++) append(log, three)
    return log
  }
  const sizeOfOne = batch(three).length

  test.each([false, true])('begins with the batch that holds the offset (opened anew: %p)', isReopened => {
    const disk = new SimDisk()
    let log = filled(disk)
    if (isReopened) {
      log.close()
      log = openLog(disk, { isCleanStart: true })
    }
    for (let offset = 0; offset < 90; offset++) {
      const { pieces, sizeBytes } = log.read(offset, sizeOfOne, 90, 'cut')
      const [piece] = pieces
      expect(sizeBytes).toBe(sizeOfOne)
      expect(piece && readBatchHeader(piece, 0).baseOffset).toBe(offset - (offset % 3))
    }
  })

  test('stays within one segment', () => {
    expect(filled().read(3, 1e6, 90, 'whole').sizeBytes).toBe(7 * sizeOfOne)
  })
  test('cuts inside a batch, also the first if it may', () => {
    expect(filled().read(0, sizeOfOne + 9, 90, 'whole').sizeBytes).toBe(sizeOfOne + 9)
    expect(filled().read(0, 9, 90, 'cut').sizeBytes).toBe(9)
  })
  test('gives the first batch whole, or not at all', () => {
    expect(filled().read(0, 9, 90, 'whole').sizeBytes).toBe(sizeOfOne)
    expect(filled().read(0, 0, 90, 'whole').sizeBytes).toBe(sizeOfOne)
    expect(filled().read(0, 9, 90, 'ifItFits').sizeBytes).toBe(0)
    expect(filled().read(0, sizeOfOne, 90, 'ifItFits').sizeBytes).toBe(sizeOfOne)
  })
  test('ends at the bound', () => {
    expect(filled().read(0, 1e6, 6, 'whole').sizeBytes).toBe(2 * sizeOfOne)
    expect(filled().read(6, 1e6, 6, 'whole').sizeBytes).toBe(0)
    expect(filled().read(24, 1e6, 24, 'whole').sizeBytes).toBe(0)
  })
  test('is empty at the log end', () => {
    expect(filled().read(90, 1e6, 90, 'whole')).toEqual({ pieces: [], sizeBytes: 0 })
  })
  test('at the tail needs one call of the disk', () => {
    const disk = new SimDisk()
    const log = filled(disk)
    disk.calls.length = 0
    log.read(87, 1e6, 90, 'whole')
    expect(disk.calls.map(call => call.operation)).toEqual(['read'])
  })
  test('the bytes from an offset on are counted over all segments', () => {
    const log = filled()
    expect([0, 1, 3, 24, 87, 90].map(offset => log.bytesBetween(offset, log.highWatermark) / sizeOfOne)).toEqual([
      30, 30, 29, 22, 1, 0,
    ])
    expect(log.bytesBetween(0, log.highWatermark)).toBe(log.sizeBytes)
  })
  test('pieces have the size that is said', () => {
    const { pieces, sizeBytes } = filled().read(10, 100, 90, 'whole')
    expect(piecesSize(pieces)).toBe(sizeBytes)
  })
  test('a disk that fails is an error, not an empty answer', () => {
    const disk = new SimDisk()
    const log = filled(disk)
    disk.fault = operation => (operation === 'read' ? 'EIO' : null)
    expect(() => log.read(87, 1e6, 90, 'whole')).toThrow('read failed')
  })
})

describe('timestamps', () => {
  // As Apache Kafka answers ListOffsets for these three batches.
  function filled(codec: CompressionCodec): PartitionLog {
    const log = openLog(new SimDisk())
    for (const timestamps of [[100, 200], [300, 500, 400], [600]]) append(log, { timestamps, codec })
    return log
  }

  test.each([CompressionCodec.NONE, CompressionCodec.GZIP, CompressionCodec.ZSTD])('are found, codec %d', codec => {
    const log = filled(codec)
    const found = [1, 100, 101, 300, 400, 450, 500, 600, 601].map(of => log.offsetForTimestamp(of))
    expect(found.map(of => of && [of.offset, of.timestampMs])).toEqual([
      [0, 100],
      [0, 100],
      [1, 200],
      [2, 300],
      [3, 500],
      [3, 500],
      [3, 500],
      [5, 600],
      null,
    ])
    expect(log.maxTimestamp()).toEqual({ offset: 5, timestampMs: 600, leaderEpoch: 0 })
  })

  test('the first record that has the largest one is found across segments', () => {
    const log = openLog(new SimDisk(), { config: { segmentBytes: 10 } })
    for (const timestamps of [[5], [7, 9, 9], [3], [9]]) append(log, { timestamps })
    expect(log.maxTimestamp()).toMatchObject({ offset: 2, timestampMs: 9 })
    expect(log.offsetForTimestamp(6)).toMatchObject({ offset: 1, timestampMs: 7 })
  })

  test('are found through the index', () => {
    const log = openLog(new SimDisk(), { config: { indexIntervalBytes: 300, segmentBytes: 4000 } })
    for (let step = 0; step < 200; step++) append(log, { timestamps: [step * 10, step * 10 + 5] })
    for (const timestamp of [0, 3, 5, 777, 1234, 1990, 1995]) {
      const expected = Math.ceil(timestamp / 5)
      expect(log.offsetForTimestamp(timestamp)).toMatchObject({ offset: expected, timestampMs: expected * 5 })
    }
  })

  test('an empty log, and one without timestamps, have none', () => {
    const log = openLog(new SimDisk())
    expect([log.maxTimestamp(), log.offsetForTimestamp(0)]).toEqual([null, null])
    append(log, { timestamps: [-1] })
    expect([log.maxTimestamp(), log.offsetForTimestamp(0)]).toEqual([null, null])
  })

  test('earliest and latest have none either', () => {
    const log = filled(CompressionCodec.NONE)
    expect(log.earliest).toEqual({ offset: 0, timestampMs: -1, leaderEpoch: 0 })
    expect(log.latest).toEqual({ offset: 6, timestampMs: -1, leaderEpoch: 0 })
  })
})

describe('leader epochs', () => {
  test('begin at the log end, and outlive a restart', () => {
    const disk = new SimDisk()
    const log = openLog(disk, { leaderEpoch: 1 })
    append(log, three)
    log.leaderEpoch = 3
    append(log, three)
    for (const of of [log, openLog(disk, { leaderEpoch: 3 })]) {
      expect([0, 1, 2, 3, 4].map(epoch => of.endOffsetForEpoch(epoch))).toEqual([
        { leaderEpoch: 0, endOffset: 0 },
        { leaderEpoch: 1, endOffset: 3 },
        { leaderEpoch: 1, endOffset: 3 },
        { leaderEpoch: 3, endOffset: 6 },
        { leaderEpoch: -1, endOffset: -1 },
      ])
    }
  })

  test('come after what was staged before', () => {
    const log = openLog(new SimDisk(), { leaderEpoch: 1 })
    stage(log, three)
    log.leaderEpoch = 2
    expect(log.endOffsetForEpoch(1)).toEqual({ leaderEpoch: 1, endOffset: 3 })
  })

  test('are rebuilt from the batches where the file is lost', () => {
    const disk = new SimDisk()
    const log = openLog(disk, { leaderEpoch: 1 })
    append(log, three)
    log.leaderEpoch = 2
    append(log, three)
    disk.remove(path('leader-epoch-checkpoint'))
    expect(openLog(disk, { leaderEpoch: 2 }).endOffsetForEpoch(1)).toEqual({ leaderEpoch: 1, endOffset: 3 })
  })
})

test('a directory of another topic id is not opened', () => {
  const disk = new SimDisk()
  openLog(disk)
  expect(() => openLog(disk, { topicId: 'AAAAAAAAAAAAAAAAAAAABA' as never })).toThrow('belongs to topic id')
})

test('an abandoned log writes nothing more, and its directory may become that of another', () => {
  const disk = new SimDisk()
  const log = openLog(disk, { config: { segmentBytes: 10 } })
  append(log)
  append(log)
  stage(log)
  const calls = disk.calls.length
  log.abandon()
  expect(disk.calls.length).toBe(calls)
  disk.rename('t-0', 't-0.id-delete')
  expect([disk.list('t-0'), openLog(disk).logEndOffset]).toEqual([[], 0])
})
