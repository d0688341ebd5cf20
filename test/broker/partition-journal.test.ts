import { describe, expect, test } from 'bun:test'
import { concatBytes } from '../../src/base/bytes.ts'
import { PartitionJournal, type RecordFormat, RecordTooLarge } from '../../src/broker/partition-journal.ts'
import {
  type GroupRecord,
  groupRecordReader,
  readGroupRecord,
  writeGroupRecord,
} from '../../src/core/groups/group-record.ts'
import { emptyState, replay, replayMarker } from '../../src/core/groups/state.ts'
import { JournalError } from '../../src/core/machine.ts'
import type { ProducerIdAndEpoch } from '../../src/core/pending-records.ts'
import type { PartitionLog } from '../../src/log/partition.ts'
import { ErrorCode, MalformedError } from '../../src/wire/errors.ts'
import { batchHeaders } from '../../src/wire/records/batch.ts'
import { encodeBatch } from '../../src/wire/records/batch-encoder.ts'
import { CODEC_IDS } from '../../src/wire/records/compression/index.ts'
import { encodeMarker, readMarker } from '../../src/wire/records/end-transaction.ts'
import { readRecords } from '../../src/wire/records/record.ts'
import { DIRECTORY, NOW_MS, type OpenShape, openLog } from '../log/fixture.ts'
import { SimDisk } from '../sim/disk.ts'

const LOG = `${DIRECTORY}/00000000000000000000.log`
const MAX_BYTES = 1 << 20
const utf8 = new TextEncoder()
const text = new TextDecoder()

/** A record that is a key and a value of text; a key of one letter is of a kind that nobody knows. */
interface Pair {
  readonly key: string
  readonly value: string | null
  readonly producer?: ProducerIdAndEpoch
}

const pairs: RecordFormat<Pair> = {
  write: ({ key, value, producer }) => ({
    key: utf8.encode(key),
    value: value === null ? null : utf8.encode(value),
    ...(producer && { producer }),
  }),
  reader: () => (key, value, producer) => {
    if (key.length === 0) throw new MalformedError('no key')
    if (key.length === 1) return null
    return { key: text.decode(key), value: value && text.decode(value), ...(producer && { producer }) }
  },
}

const append = (log: PartitionLog, batches: Uint8Array) => log.append(batches, NOW_MS) !== null

function open<Record>(disk: SimDisk, format: RecordFormat<Record>, shape: OpenShape = {}): PartitionJournal<Record> {
  return new PartitionJournal(
    openLog(disk, { config: { cleanupPolicy: ['compact'] }, ...shape }),
    format,
    append,
    () => NOW_MS,
  )
}

const openPairs = (disk: SimDisk, shape: OpenShape = {}) => open(disk, pairs, shape)
const pair = (key: string, value: string | null = 'v'): Pair => ({ key, value })
const headersOn = (disk: SimDisk) => [...batchHeaders(disk.readFile(LOG) ?? new Uint8Array(0))]

/** Puts whole batches on the disk as another broker has written them. */
function write(disk: SimDisk, ...batches: readonly Uint8Array[]): void {
  openLog(disk).append(concatBytes(batches).slice(), NOW_MS)
}

const recordOf = (key: string | null, value: string | null = 'v', offset = 0) => ({
  offset,
  timestamp: NOW_MS,
  key: key === null ? null : utf8.encode(key),
  value: value === null ? null : utf8.encode(value),
})

describe('a journal in a partition', () => {
  test('gives back what was appended, tombstones too, a batch for each decision', () => {
    const disk = new SimDisk()
    const journal = openPairs(disk)
    journal.append([pair('k1'), pair('k2', null)])
    journal.append([pair('k3', '')])
    expect([...openPairs(disk).records()]).toEqual([pair('k1'), pair('k2', null), pair('k3', '')])
    const [first, second] = headersOn(disk)
    expect(first).toMatchObject({ baseOffset: 0, recordCount: 2, attributes: 0, producerId: -1, baseTimestamp: NOW_MS })
    expect(second).toMatchObject({ baseOffset: 2, recordCount: 1 })
  })

  test('outlives a torn write', () => {
    const disk = new SimDisk()
    const journal = openPairs(disk)
    journal.append([pair('k1')])
    const size = disk.size(LOG) ?? 0
    journal.append([pair('k2')])
    disk.open(LOG).truncate(size + 30)
    const after = openPairs(disk)
    expect([...after.records()]).toEqual([pair('k1')])
    after.append([pair('k3')])
    expect([...openPairs(disk).records()]).toEqual([pair('k1'), pair('k3')])
  })

  test('a disk that takes nothing is an error, and what was refused is not there later', () => {
    const disk = new SimDisk()
    const journal = openPairs(disk)
    journal.append([pair('k1')])
    disk.fault = operation => (operation === 'write' ? 'EIO' : null)
    expect(() => journal.append([pair('k2')])).toThrow(JournalError)
    disk.fault = () => null
    journal.append([pair('k3')])
    expect([...openPairs(disk).records()]).toEqual([pair('k1'), pair('k3')])
  })

  test('many records are several batches in one write, none above max.message.bytes', () => {
    const disk = new SimDisk()
    const maxMessageBytes = 1000
    const journal = openPairs(disk, { config: { maxMessageBytes } })
    const records = Array.from({ length: 100 }, (_, index) => pair(`key-${index}`, 'x'.repeat(index)))
    const before = disk.calls.length
    journal.append(records)
    const writes = disk.calls.slice(before).filter(({ operation, path }) => operation === 'write' && path === LOG)
    expect(writes.length).toBe(1)
    const headers = headersOn(disk)
    expect(headers.length).toBeGreaterThan(5)
    for (const { sizeBytes } of headers) expect(sizeBytes).toBeLessThanOrEqual(maxMessageBytes)
    expect([...openPairs(disk).records()]).toEqual(records)
  })

  test('a record that no batch can hold is an error, and nothing is written', () => {
    const disk = new SimDisk()
    const journal = openPairs(disk, { config: { maxMessageBytes: 1000 } })
    expect(() => journal.append([pair('k1'), pair('k2', 'x'.repeat(1000))])).toThrow(RecordTooLarge)
    expect([...journal.records()]).toEqual([])
  })

  test('passes over control batches, records without a key and kinds that it does not know', () => {
    const disk = new SimDisk()
    write(
      disk,
      encodeBatch({}, [recordOf('k1')]),
      encodeBatch({ isControl: true }, [recordOf('k2')]),
      encodeBatch({}, [recordOf(null), recordOf('?', 'v', 1), recordOf('k3', 'v', 2)]),
    )
    const bytes = disk.readFile(LOG)
    const journal = openPairs(disk)
    expect([...journal.records()]).toEqual([pair('k1'), pair('k3')])
    journal.append([pair('k4')])
    expect(disk.readFile(LOG)?.subarray(0, bytes?.length)).toEqual(bytes ?? new Uint8Array(0))
  })

  test('reads compressed batches, and what compaction has left of others', () => {
    const disk = new SimDisk()
    write(
      disk,
      encodeBatch({ codec: CODEC_IDS.gzip }, [recordOf('k1'), recordOf('k2', 'v', 1)]),
      encodeBatch({ baseOffset: 0, lastOffsetDelta: 5 }, []),
      encodeBatch({ baseOffset: 0, lastOffsetDelta: 9 }, [recordOf('k3', 'v', 4)]),
    )
    expect([...openPairs(disk).records()]).toEqual([pair('k1'), pair('k2'), pair('k3')])
  })

  test('gives the last record of every key, in order, however often it was written', () => {
    const disk = new SimDisk()
    const journal = openPairs(disk)
    for (let round = 0; round < 3; round++) {
      journal.append([pair('ka', `a${round}`), pair('kb', round === 2 ? null : 'b')])
      journal.append([pair('kc', 'c')])
    }
    journal.append([pair('ka', 'last')])
    expect([...openPairs(disk).records()]).toEqual([pair('kb', null), pair('kc', 'c'), pair('ka', 'last')])
  })

  test('any bytes come back as they are, long ones too', () => {
    const every = Uint8Array.from({ length: 256 }, (_, byte) => byte)
    const long = new Uint8Array(300_000).map((_, index) => index)
    const bytes: RecordFormat<readonly [Uint8Array, Uint8Array]> = {
      write: ([key, value]) => ({ key, value }),
      reader: () => (key, value) => [key.slice(), (value ?? new Uint8Array(0)).slice()],
    }
    const disk = new SimDisk()
    open(disk, bytes).append([
      [every, long],
      [long, every],
    ])
    expect([...open(disk, bytes).records()]).toEqual([
      [every, long],
      [long, every],
    ])
  })

  test('writes what is part of a transaction as such, whatever its size, and every batch in the codec', () => {
    const disk = new SimDisk()
    const producer = { producerId: 7, producerEpoch: 2 }
    const config = { maxMessageBytes: 1000 }
    const journal = open(disk, { ...pairs, codec: CODEC_IDS.gzip }, { config })
    const records = Array.from({ length: 30 }, (_, index) => ({ ...pair(`key-${index}`, 'x'.repeat(50)), producer }))
    journal.append(records)
    journal.append([pair('plain')])
    const headers = headersOn(disk)
    expect(headers.length).toBeGreaterThan(2)
    for (const header of headers.slice(0, -1))
      expect(header).toMatchObject({ ...producer, baseSequence: 0, attributes: 0x10 + CODEC_IDS.gzip })
    expect(headers.at(-1)).toMatchObject({ producerId: -1, baseSequence: 0, attributes: CODEC_IDS.gzip })
    expect([...openPairs(disk).records()]).toEqual([pair('plain'), ...records])
  })

  test('batches have the sequence of the format', () => {
    const disk = new SimDisk()
    open(disk, { ...pairs, baseSequence: -1 }).append([pair('k1')])
    expect(headersOn(disk)).toMatchObject([{ baseSequence: -1 }])
  })

  describe('records of transactions', () => {
    const of = (producerId: number) => ({ producerId, producerEpoch: 0 })
    const data = (producerId: number, ...records: ReturnType<typeof recordOf>[]) =>
      encodeBatch({ ...of(producerId), isTransactional: true }, records)
    const end = (producerId: number, isCommit: boolean) =>
      encodeMarker({ ...of(producerId), isCommit, coordinatorEpoch: 0 }, NOW_MS)
    const readBack = (...batches: readonly Uint8Array[]) => {
      const disk = new SimDisk()
      write(disk, ...batches)
      return [...openPairs(disk).records()]
    }

    test('count when they are committed', () => {
      const records = readBack(
        data(1, recordOf('ka', 'of 1')),
        data(2, recordOf('ka', 'of 2'), recordOf('kb', 'of 2', 1)),
        end(2, false),
        end(1, true),
      )
      expect(records).toEqual([pair('ka', 'of 1')])
    })

    test('are those of their producer as long as the transaction is open', () => {
      const records = readBack(
        data(3, recordOf('kc', 'earlier')),
        encodeBatch({}, [recordOf('ka', 'plain')]),
        data(3, recordOf('ka', 'of 3'), recordOf('kc', 'of 3', 1)),
      )
      expect(records).toEqual([
        pair('ka', 'plain'),
        { ...pair('kc', 'of 3'), producer: of(3) },
        { ...pair('ka', 'of 3'), producer: of(3) },
      ])
    })

    test('count at the place where they stand, not where they are committed', () => {
      const records = readBack(
        data(1, recordOf('ka', 'of 1')),
        encodeBatch({}, [recordOf('ka', 'plain')]),
        data(2, recordOf('ka', 'of 2')),
        end(2, true),
        end(1, true),
      )
      expect(records).toEqual([pair('ka', 'of 2')])
    })

    test('stand before what counts more, as long as they are open', () => {
      const records = readBack(
        data(1, recordOf('ka', 'of 1')),
        data(2, recordOf('kb', 'of 2')),
        encodeBatch({}, [recordOf('ka', 'plain')]),
      )
      expect(records).toEqual([
        { ...pair('ka', 'of 1'), producer: of(1) },
        pair('ka', 'plain'),
        { ...pair('kb', 'of 2'), producer: of(2) },
      ])
    })

    test('go with their key', () => {
      const records = readBack(
        data(1, recordOf('ka', 'of 1')),
        data(2, recordOf('kb', 'of 2')),
        encodeBatch({}, [recordOf('ka', null)]),
        data(3, recordOf('kb', null)),
        end(1, true),
        end(2, true),
      )
      expect(records).toEqual([pair('ka', null), pair('kb', null)])
    })

    test('are not ended by a marker that is empty', () => {
      const emptied = encodeBatch({ ...of(1), isTransactional: true, isControl: true, lastOffsetDelta: 0 }, [])
      const records = readBack(data(1, recordOf('ka', 'of 1')), emptied)
      expect(records).toEqual([{ ...pair('ka', 'of 1'), producer: of(1) }])
    })
  })

  test('reads logs of many segments', () => {
    const disk = new SimDisk()
    const shape = { config: { segmentBytes: 300 } }
    const journal = openPairs(disk, shape)
    const records = Array.from({ length: 50 }, (_, index) => pair(`key-${index}`))
    for (const record of records) journal.append([record])
    expect(disk.list(DIRECTORY).filter(name => name.endsWith('.log')).length).toBeGreaterThan(5)
    expect([...openPairs(disk, shape).records()]).toEqual(records)
  })

  test('a record that cannot be read is an error', () => {
    const disk = new SimDisk()
    write(disk, encodeBatch({}, [recordOf('')]))
    expect(() => [...openPairs(disk).records()]).toThrow(MalformedError)
  })
})

/** What Apache Kafka 4.3.1 wrote when a member joined a group, got its assignment, committed twice and left. */
const kafkasOwn = Uint8Array.fromHex(
  [
    '0000000000000000000000590000000002d13a264b000000000000000001a20477df8a000001a20477df8affffffffffffffffffff000000',
    '00000000014e00000012000200057468697264300003000000000000ffffffff000001a20477df8900000000000000000000000001000001',
    '150000000002ab8164a7000000000000000001a20477dfac000001a20477dfacffffffffffffffffffff0000000000000001c40300000012',
    '000200057468697264a40300030008636f6e73756d657200000001000572616e67650030776972652d636c69656e742d3532333832393565',
    '2d613263302d346561312d393735612d313432353731313530306233000001a20477dfa7000000010030776972652d636c69656e742d3532',
    '3338323935652d613263302d346561312d393735612d313432353731313530306233ffff000b776972652d636c69656e74000a2f3132372e',
    '302e302e310000ea60000027100000001600010000000100066576656e7473ffffffff000000000000000a61737369676e6d656e74000000',
    '000000000002000000c300000000028faec793000000000001000001a20477dfb1000001a20477dfb1ffffffffffffffffffff0000000000',
    '0000028a010000002a00010005746869726400066576656e7473000000005400040000000000000000ffffffff01000001a20477dfb10100',
    '1016047a438add49a29407910bf688650a0092010000022a00010005746869726400066576656e7473000000015c00040000000000000000',
    'ffffffff056e6f7465000001a20477dfb101001016047a438add49a29407910bf688650a0000000000000000040000006100000000022af8',
    '0087000000000000000001a20477dfbb000001a20477dfbbffffffffffffffffffff00000000000000015e00000012000200057468697264',
    '4000030008636f6e73756d657200000002ffffffff000001a20477dfbb0000000000',
  ].join(''),
)

describe('a partition of __consumer_offsets that Apache Kafka wrote', () => {
  const groups: RecordFormat<GroupRecord> = { write: writeGroupRecord, reader: groupRecordReader }

  test('amounts to the last offsets, and to a group without members', () => {
    const disk = new SimDisk()
    disk.writeFile(LOG, kafkasOwn)
    expect([...open(disk, groups).records()]).toMatchObject([
      {
        type: 'offsetCommit',
        key: { group: 'third', topic: 'events', partition: 0 },
        value: { offset: 0, metadata: '' },
      },
      { type: 'offsetCommit', key: { partition: 1 }, value: { offset: 0, metadata: 'note', leaderEpoch: -1 } },
      {
        type: 'groupMetadata',
        key: { group: 'third' },
        value: { generation: 2, protocolType: 'consumer', members: [] },
      },
    ])
  })

  test('is written again byte for byte', () => {
    const headers = [...batchHeaders(kafkasOwn)]
    const timestamps = headers.map(({ baseTimestamp }) => baseTimestamp)
    const disk = new SimDisk()
    const journal = new PartitionJournal(openLog(disk), groups, append, () => timestamps.shift() ?? 0)
    for (const header of headers) {
      const records = readRecords(kafkasOwn, header, MAX_BYTES)
      journal.append(records.map(({ key, value }) => readGroupRecord(key ?? new Uint8Array(0), value)).filter(isKnown))
    }
    expect(disk.readFile(LOG)).toEqual(kafkasOwn)
  })
})

/**
 * What Apache Kafka 4.3.1 wrote for a group: a transaction of version 2 committed, a commit outside of transactions, a
 * transaction aborted, and one of version 1 open, between whose commits stands another outside of transactions.
 */
const kafkasTransactions = Uint8Array.fromHex(
  [
    '00000000000000000000009c00000000025b857bac001000000001000001a20534445d000001a20534445d00000000000000010000000000',
    '00000000026a0000002c00010006676f6c64656e0006676f6c64656e000000003200040000000000000005000000030278000001a2053444',
    '550000680000022c00010006676f6c64656e0006676f6c64656e000000013000040000000000000006ffffffff01000001a2053444550000',
    '00000000000000020000004200000000024a9e05d2003000000000000001a2053444dd000001a2053444dd00000000000000010001ffffff',
    'ff000000012000000008000000010c0000000000000000000000000000030000007900000000026cd9abca000000000000000001a2053446',
    'bc000001a2053446bcffffffffffffffffffff00000000000000018c010000002c00010006676f6c64656e0006676f6c64656e0000000054',
    '00040000000000000007ffffffff01000001a2053446b9010010909a0b81298d4269ba924f96ef0ae0290000000000000000040000006600',
    '00000002e2526259001000000000000001a2053446cb000001a2053446cb000000000000000100010000000000000001680000002c000100',
    '06676f6c64656e0006676f6c64656e000000003000040000000000000009ffffffff01000001a2053446cb00000000000000000005000000',
    '420000000002de5aada0003000000000000001a2053446d7000001a2053446d700000000000000010002ffffffff00000001200000000800',
    '0000000c000000000000000000000000000006000000660000000002dd45bf31001000000000000001a2053448de000001a2053448de0000',
    '00000000000200000000000000000001680000002c00010006676f6c64656e0006676f6c64656e00000001300004000000000000000bffff',
    'ffff01000001a2053448de00000000000000000007000000790000000002b3dc6577000000000000000001a2053448e3000001a2053448e3',
    'ffffffffffffffffffff00000000000000018c010000002c00010006676f6c64656e0006676f6c64656e0000000154000400000000000000',
    '08ffffffff01000001a2053448e3010010909a0b81298d4269ba924f96ef0ae029000000000000000008000000660000000002afe3573000',
    '1000000000000001a2053448ea000001a2053448ea000000000000000200000000000000000001680000002c00010006676f6c64656e0006',
    '676f6c64656e00000000300004000000000000000cffffffff01000001a2053448ea0000',
  ].join(''),
)

describe('a partition of __consumer_offsets in which Apache Kafka wrote transactions', () => {
  const groups: RecordFormat<GroupRecord> = { write: writeGroupRecord, reader: groupRecordReader }
  const isMarker = (attributes: number) => (attributes & 0x20) !== 0

  test('amounts to what Kafka finds in it', () => {
    const disk = new SimDisk()
    disk.writeFile(LOG, kafkasTransactions)
    const state = emptyState()
    for (const record of open(disk, groups).records()) replay(state, record)
    const committed = state.offsets.get('golden')?.get('golden')
    expect([committed?.get(0)?.offset, committed?.get(1)?.offset]).toEqual([7, 8])
    expect(Array.from(state.pending.all(), ({ value, isSuperseded }) => [value.value.offset, isSuperseded])).toEqual([
      [11, true],
      [12, false],
    ])
    const [pending] = state.pending.all()
    replayMarker(state, pending?.producerId ?? -1, true)
    expect([committed?.get(0)?.offset, committed?.get(1)?.offset]).toEqual([12, 8])
  })

  test('is written again byte for byte', () => {
    const headers = [...batchHeaders(kafkasTransactions)]
    const disk = new SimDisk()
    const log = openLog(disk)
    let timestamp = 0
    const journal = new PartitionJournal(log, groups, append, () => timestamp)
    for (const header of headers) {
      const { producerId, producerEpoch } = header
      timestamp = header.baseTimestamp
      if (isMarker(header.attributes)) {
        const { isCommit, coordinatorEpoch = 0 } = readMarker(kafkasTransactions, header) ?? { isCommit: null }
        const end = { producerId, producerEpoch, isCommit: isCommit === true, coordinatorEpoch, transactionVersion: 0 }
        expect(log.endTransaction(end, timestamp)).toBe(ErrorCode.NONE)
        continue
      }
      const producer = producerId < 0 ? null : { producerId, producerEpoch }
      const records = readRecords(kafkasTransactions, header, MAX_BYTES)
      journal.append(
        records.map(({ key, value }) => readGroupRecord(key ?? new Uint8Array(0), value, producer)).filter(isKnown),
      )
    }
    expect(disk.readFile(LOG)).toEqual(kafkasTransactions)
  })
})

function isKnown<T>(record: T | null): record is T {
  return record !== null
}
