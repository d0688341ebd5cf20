/** Transactions in one log. Against Kafka's own log: test/conformance/transactions.ts. */
import { describe, expect, test } from 'bun:test'
import type { PartitionLog, TransactionEnd } from '../../src/log/partition.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { isControl } from '../../src/wire/records/batch.ts'
import { SimDisk } from '../sim/disk.ts'
import { allBatches, append, batch, flipByte, newOutcome, openLog, path, stage, validated } from './fixture.ts'

const { NONE, INVALID_PRODUCER_EPOCH, INVALID_TXN_STATE, KAFKA_STORAGE_ERROR } = ErrorCode
const { OUT_OF_ORDER_SEQUENCE_NUMBER, TRANSACTION_COORDINATOR_FENCED } = ErrorCode
const FIRST_INDEX = path('00000000000000000000.txnindex')

interface Sent {
  readonly epoch?: number
  readonly sequence?: number
  readonly isTransactional?: boolean
}

function shape(producerId: number, { epoch = 0, sequence = 0, isTransactional = true }: Sent = {}) {
  return { producerId, producerEpoch: epoch, baseSequence: sequence, isTransactional }
}

function write(log: PartitionLog, producerId: number, sent: Sent = {}): number {
  const { errorCode, baseOffset } = append(log, shape(producerId, sent))
  return errorCode === NONE ? baseOffset : -errorCode
}

function end(log: PartitionLog, producerId: number, isCommit: boolean, more: Partial<TransactionEnd> = {}): ErrorCode {
  const marker = { producerId, producerEpoch: 0, coordinatorEpoch: 0, isCommit, transactionVersion: 1, ...more }
  return log.endTransaction(marker, 1000)
}

/** Three producers: 1 commits, 2 aborts, 3 goes on; of seven batches the last is plain. */
function filled(disk = new SimDisk()): PartitionLog {
  const log = openLog(disk)
  for (const producer of [1, 2, 3]) write(log, producer)
  end(log, 1, true)
  end(log, 2, false)
  append(log)
  return log
}

const aborted = (log: PartitionLog, offset: number) =>
  log.abortedTransactions(offset, 1 << 20).map(of => [of.producerId, of.firstOffset])

describe('the last stable offset', () => {
  test('waits for the first open transaction', () => {
    const log = openLog(new SimDisk())
    expect([write(log, 1), write(log, 2), append(log).baseOffset]).toEqual([0, 1, 2])
    expect([log.lastStableOffset, log.highWatermark]).toEqual([0, 3])
    end(log, 1, true)
    expect([log.firstUnstableOffset, log.lastStableOffset]).toEqual([1, 1])
    end(log, 2, false)
    expect([log.firstUnstableOffset, log.lastStableOffset]).toEqual([null, 5])
  })
  test('does not move for what is staged', () => {
    const log = openLog(new SimDisk())
    append(log)
    stage(log, shape(1))
    expect(log.lastStableOffset).toBe(1)
    expect(log.hasOngoingTransaction(1, 0)).toBeTrue()
    log.commit()
    expect(log.lastStableOffset).toBe(1)
    append(log)
    expect(log.lastStableOffset).toBe(1)
  })
  test('is not before the log start', () => {
    const log = openLog(new SimDisk())
    for (const sequence of [0, 1, 2]) write(log, 1, { sequence })
    log.incrementLogStartOffset(2)
    expect(log.lastStableOffset).toBe(2)
    log.incrementLogStartOffset(3)
    append(log)
    expect(log.lastStableOffset).toBe(3)
    end(log, 1, true)
    expect(log.lastStableOffset).toBe(5)
  })
})

describe('the end of a transaction', () => {
  test('is a control batch behind what is staged, written with it', () => {
    const disk = new SimDisk()
    const log = openLog(disk)
    write(log, 1)
    stage(log, shape(1, { sequence: 1 }))
    disk.calls.length = 0
    expect(end(log, 1, false)).toBe(NONE)
    expect(disk.calls.filter(call => call.operation === 'write')).toHaveLength(1)
    expect(allBatches(log).map(of => isControl(of.attributes))).toEqual([false, false, true])
    expect(aborted(log, 0)).toEqual([[1, 0]])
  })
  test('of one that begins in the same turn', () => {
    const log = openLog(new SimDisk())
    stage(log, shape(1))
    expect(end(log, 1, false)).toBe(NONE)
    expect(aborted(log, 0)).toEqual([[1, 0]])
    expect(log.lastStableOffset).toBe(2)
  })
  test('without records is a marker, and nothing is aborted', () => {
    const log = openLog(new SimDisk())
    expect(end(log, 1, false)).toBe(NONE)
    expect([log.logEndOffset, log.lastStableOffset]).toEqual([1, 1])
    expect(aborted(log, 0)).toEqual([])
    expect(log.producerEpochOf(1)).toBe(0)
  })
  test('has the time of the broker where the topic has it', () => {
    const log = openLog(new SimDisk(), { config: { messageTimestampType: 'LogAppendTime' } })
    end(log, 1, true)
    expect(allBatches(log)[0]).toMatchObject({ attributes: 0x38, maxTimestamp: 1000 })
  })
  test('that the disk refuses changes nothing', () => {
    const disk = new SimDisk()
    const log = openLog(disk)
    write(log, 1)
    disk.capacityBytes = disk.usedBytes
    expect(end(log, 1, false)).toBe(KAFKA_STORAGE_ERROR)
    expect([log.logEndOffset, log.lastStableOffset, log.hasOngoingTransaction(1, 0)]).toEqual([1, 0, true])
    disk.capacityBytes = Number.POSITIVE_INFINITY
    expect(end(log, 1, false)).toBe(NONE)
    expect(aborted(log, 0)).toEqual([[1, 0]])
  })
  test('that the disk refuses is not awaited as the first batch of its producer', () => {
    const disk = new SimDisk()
    const log = openLog(disk)
    disk.capacityBytes = disk.usedBytes
    expect(end(log, 1, false)).toBe(KAFKA_STORAGE_ERROR)
    disk.capacityBytes = Number.POSITIVE_INFINITY
    expect(write(log, 1)).toBe(0)
  })

  const [open, closed] = [true, false]
  test.each<[string, boolean, Partial<TransactionEnd>, ErrorCode]>([
    ['of its epoch', open, { producerEpoch: 5 }, NONE],
    ['of a higher epoch', open, { producerEpoch: 6 }, NONE],
    ['of a lower epoch', open, { producerEpoch: 4 }, INVALID_PRODUCER_EPOCH],
    ['of the next epoch, where each transaction has one', open, { producerEpoch: 6, transactionVersion: 2 }, NONE],
    ['of its epoch, where each has one', open, { producerEpoch: 5, transactionVersion: 2 }, INVALID_PRODUCER_EPOCH],
    ['that comes again, where each has one', closed, { producerEpoch: 5, transactionVersion: 2 }, NONE],
    [
      'that comes late, where each has one',
      closed,
      { producerEpoch: 4, transactionVersion: 2 },
      INVALID_PRODUCER_EPOCH,
    ],
    ['by an earlier coordinator', closed, { producerEpoch: 5, coordinatorEpoch: 2 }, TRANSACTION_COORDINATOR_FENCED],
    ['by a later coordinator', closed, { producerEpoch: 5, coordinatorEpoch: 4 }, NONE],
  ])('%s', (_, isOpen, more, expected) => {
    const log = openLog(new SimDisk())
    end(log, 1, true, { producerEpoch: 5, coordinatorEpoch: 3 })
    if (isOpen) write(log, 1, { epoch: 5 })
    const before = log.logEndOffset
    expect(end(log, 1, true, { coordinatorEpoch: 3, ...more })).toBe(expected)
    expect(log.logEndOffset).toBe(expected === NONE ? before + 1 : before)
  })
  test('of the last epoch there is, which has no next one', () => {
    const log = openLog(new SimDisk())
    write(log, 1, { epoch: 0x7fff })
    expect(end(log, 1, true, { producerEpoch: 0x7fff, transactionVersion: 2 })).toBe(NONE)
  })
})

describe('a batch', () => {
  test('outside of the open transaction of its producer is refused', () => {
    const log = openLog(new SimDisk())
    write(log, 1)
    expect(write(log, 1, { sequence: 1, isTransactional: false })).toBe(-INVALID_TXN_STATE)
    expect(write(log, 1, { sequence: 1 })).toBe(1)
  })
  test('begins at sequence 0 after a marker of the next epoch', () => {
    const log = openLog(new SimDisk())
    write(log, 1)
    end(log, 1, true, { producerEpoch: 1, transactionVersion: 2 })
    expect(write(log, 1, { sequence: 1 })).toBe(-INVALID_PRODUCER_EPOCH)
    expect(write(log, 1, { epoch: 1, sequence: 1 })).toBe(-OUT_OF_ORDER_SEQUENCE_NUMBER)
    expect(write(log, 1, { epoch: 1 })).toBe(2)
  })
  test('of a producer that is not known begins at 0 only where each transaction has an epoch', () => {
    for (const [origin, expected] of [
      ['client', NONE],
      ['epochBumpingClient', OUT_OF_ORDER_SEQUENCE_NUMBER],
    ] as const) {
      const outcome = newOutcome()
      openLog(new SimDisk()).stage(validated(batch(shape(1, { sequence: 7 }))), outcome, 0, origin)
      expect(outcome.errorCode).toBe(expected)
    }
  })
  test('of a coordinator has no sequence, and is never a repetition', () => {
    const log = openLog(new SimDisk())
    expect([log.append(batch(shape(1)), 0), log.append(batch(shape(1)), 0)]).toEqual([0, 1])
    expect(log.append(batch(shape(1, { epoch: -1 })), 0)).toBeNull()
  })
})

describe('aborted transactions', () => {
  test('are known to whoever reads something of them', () => {
    const log = filled()
    expect([0, 1, 2, 4].map(offset => aborted(log, offset))).toEqual([[[2, 1]], [[2, 1]], [[2, 1]], [[2, 1]]])
    expect(aborted(log, 5)).toEqual([])
  })
  test('that end in a later segment are known in the earlier one', () => {
    const disk = new SimDisk()
    const log = openLog(disk, { config: { segmentBytes: 300 } })
    for (let sequence = 0; sequence < 8; sequence++) write(log, 1, { sequence })
    const { activeBaseOffset } = log
    expect(end(log, 1, false)).toBe(NONE)
    expect(activeBaseOffset).toBeGreaterThan(3)
    for (let offset = 0; offset < log.logEndOffset; offset++) expect(aborted(log, offset)).toEqual([[1, 0]])
  })
  test('go with their segment', () => {
    const disk = new SimDisk()
    const log = openLog(disk, { config: { segmentBytes: 300 } })
    for (let producer = 1; producer <= 9; producer++) {
      write(log, producer)
      end(log, producer, false)
    }
    disk.settle()
    expect(disk.size(FIRST_INDEX)).toBe(34)
    log.incrementLogStartOffset(log.activeBaseOffset)
    expect(disk.list('t-0').filter(name => name.endsWith('.txnindex'))).toEqual([])
  })
})

describe('after a restart', () => {
  test.each([
    ['clean stop', true],
    ['crash', false],
  ])('of a %s everything is as it was', (_, isClean) => {
    const disk = new SimDisk()
    const log = filled(disk)
    if (isClean) log.close()
    expect(disk.size(FIRST_INDEX)).toBe(isClean ? 34 : null)
    const again = openLog(disk, { isCleanStart: isClean })
    expect([again.lastStableOffset, again.logEndOffset]).toEqual([2, 6])
    expect(aborted(again, 0)).toEqual([[2, 1]])
    expect(again.hasOngoingTransaction(3, 0)).toBeTrue()
    expect(end(again, 3, false)).toBe(NONE)
    expect(aborted(again, 2)).toEqual([
      [2, 1],
      [3, 2],
    ])
    again.close()
    expect(disk.size(FIRST_INDEX)).toBe(68)
  })
  test('of a crash an index that says too much is made anew', () => {
    const disk = new SimDisk()
    const log = filled(disk)
    log.close()
    disk.open(path('00000000000000000000.log')).truncate(2 * batch(shape(1)).length)
    const again = openLog(disk)
    expect([aborted(again, 0), again.lastStableOffset]).toEqual([[], 0])
    again.close()
    expect(disk.size(FIRST_INDEX)).toBeNull()
  })
  test('of a clean stop a damaged index is made anew', () => {
    const disk = new SimDisk()
    filled(disk).close()
    flipByte(disk.open(FIRST_INDEX), 1)
    expect(aborted(openLog(disk, { isCleanStart: true }), 0)).toEqual([[2, 1]])
  })

  test('are found again where the index files are lost', () => {
    const disk = new SimDisk()
    filled(disk).close()
    for (const name of disk.list('t-0').filter(name => name.endsWith('index'))) disk.remove(path(name))
    expect(aborted(openLog(disk, { isCleanStart: true }), 0)).toEqual([[2, 1]])
  })
  test('a stop without room for the index is not clean', () => {
    const disk = new SimDisk()
    const log = filled(disk)
    disk.fault = (operation, of) => (operation === 'write' && of === FIRST_INDEX ? 'ENOSPC' : null)
    expect(() => log.close()).toThrow('write failed')
  })
})
