import { describe, expect, test } from 'bun:test'
import { concatBytes } from '../../src/base/bytes.ts'
import { zeroUuid } from '../../src/base/uuid.ts'
import { METADATA_DIRECTORY } from '../../src/broker/format.ts'
import { metadataBatch } from '../../src/broker/metadata-batches.ts'
import { MetadataJournal } from '../../src/broker/metadata-journal.ts'
import { DecisionTooLarge } from '../../src/core/catalog/decision.ts'
import type { MetadataRecord } from '../../src/core/catalog/metadata-record.ts'
import { JournalError } from '../../src/core/machine.ts'
import { batchHeaders, patchOffsets } from '../../src/wire/records/batch.ts'
import { encodeBatch } from '../../src/wire/records/batch-encoder.ts'
import { SimDisk } from '../sim/disk.ts'

const LOG = `${METADATA_DIRECTORY}/00000000000000000000.log`
const clock = { now: () => 1_700_000_000_000, elapsed: () => 0, setAlarm: () => {} }
const identity = { nodeId: 1, clusterId: 'c', directoryId: zeroUuid }
const warnings: string[] = []
const log = { warn: (line: string) => void warnings.push(line), warnSparingly: () => {} }
const open = (disk: SimDisk) => new MetadataJournal(disk, clock, identity, log)

const topic = (name: string): MetadataRecord => ({ type: 'topicRecord', value: { name, topicId: zeroUuid } })
const begin: MetadataRecord = { type: 'beginTransactionRecord', value: { name: null } }
const end: MetadataRecord = { type: 'endTransactionRecord', value: {} }
const abort: MetadataRecord = { type: 'abortTransactionRecord', value: { reason: null } }

const namesIn = (journal: MetadataJournal) =>
  [...journal.records()].flatMap(({ type, value }) => (type === 'topicRecord' ? value.name : []))

/** Batches one after the other from `offset` on, in `epoch`. */
function logOf(offset: number, epoch: number, ...batches: readonly Uint8Array[]): Uint8Array {
  const bytes = concatBytes(batches).slice()
  let next = offset
  for (const header of batchHeaders(bytes)) {
    patchOffsets(bytes, header.position, next, epoch)
    next += header.lastOffsetDelta + 1
  }
  return bytes
}

/** The head of the metadata log of Apache Kafka 4.3.1: a leader's control batch, then the bootstrap transaction. */
const kafkasOwn = Uint8Array.fromHex(
  [
    '00000000000000000000004f0000000102bfb465a8002000000000000001a203b39e86000001a203b39e86ffffffffffffffffffffffffff',
    'ff000000013a000000080000000226000000000001020000000100020000000100000000000000000000010000013e0000000102642fbfe0',
    '000000000008000001a203b39f6a000001a203b39f6affffffffffffffffffffffffffff000000093c000000013001170001001212426f6f',
    '747374726170207265636f726473003a000002012e010c00116d657461646174612e76657273696f6e001e00005a000004014e010c002165',
    '6c696769626c652e6c65616465722e7265706c696361732e76657273696f6e00010000340000060128010c000e67726f75702e7665727369',
    '6f6e00010000340000080128010c000e73686172652e76657273696f6e000100003800000a012c010c001073747265616d732e7665727369',
    '6f6e000100004000000c0134010c00147472616e73616374696f6e2e76657273696f6e000200004400000e01380104000401146d696e2e69',
    '6e73796e632e7265706c69636173023100001400001001080118000000',
  ].join(''),
)

describe('the metadata journal', () => {
  test('begins with the leader and the features, and gives back what was appended', () => {
    const disk = new SimDisk()
    const journal = open(disk)
    const first = [...journal.records()]
    expect(first[0]).toEqual({ type: 'featureLevelRecord', value: { name: 'metadata.version', featureLevel: 30 } })
    journal.append([topic('a'), topic('b')])
    journal.append([topic('c')])
    journal.close()
    expect(namesIn(open(disk))).toEqual(['a', 'b', 'c'])
    const headers = [...batchHeaders(disk.readFile(LOG) ?? new Uint8Array(0))]
    expect(headers.map(({ recordCount, partitionLeaderEpoch }) => [recordCount, partitionLeaderEpoch])).toEqual([
      [1, 1],
      [first.length, 1],
      [2, 1],
      [1, 1],
    ])
  })

  test('outlives a crash: what was appended is there, and a torn end is not', () => {
    const disk = new SimDisk()
    const journal = open(disk)
    journal.append([topic('a')])
    const size = disk.size(LOG) ?? 0
    journal.append([topic('b')])
    disk.open(LOG).truncate(size + 30)
    const after = open(disk)
    expect(namesIn(after)).toEqual(['a'])
    after.append([topic('c')])
    expect(namesIn(open(disk))).toEqual(['a', 'c'])
  })

  test('a disk that takes nothing is an error, and nothing is lost when there is room again', () => {
    const disk = new SimDisk()
    const journal = open(disk)
    journal.append([topic('a')])
    disk.capacityBytes = 0
    expect(() => journal.append([topic('b')])).toThrow(JournalError)
    disk.capacityBytes = Number.POSITIVE_INFINITY
    journal.append([topic('c')])
    expect(namesIn(open(disk))).toEqual(['a', 'c'])
  })

  test('takes what fits into a batch of 8 MiB, and of more nothing', () => {
    const disk = new SimDisk()
    const journal = open(disk)
    const begun = journal.logEndOffset
    const fill = Array.from({ length: 261 }, () => topic('x'.repeat(32_000)))
    const sizeWith = (last: string) => metadataBatch([...fill, topic(last)], 1).length
    const probe = 'x'.repeat(20_000)
    const last = probe + 'x'.repeat(8 * 1024 * 1024 - sizeWith(probe))
    for (const tooMuch of [
      [...fill, topic(`${last}x`)],
      [...fill, ...fill],
    ]) {
      expect(() => journal.append(tooMuch)).toThrow(DecisionTooLarge)
    }
    expect(journal.logEndOffset).toBe(begun)
    journal.append([...fill, topic(last)])
    expect([...batchHeaders(disk.readFile(LOG) ?? new Uint8Array(0))].at(-1)?.sizeBytes).toBe(8 * 1024 * 1024)
    expect(namesIn(open(disk)).at(-1)).toBe(last)
  })

  test('reads what Kafka wrote, and goes on in its epoch', () => {
    const disk = new SimDisk()
    disk.writeFile(LOG, concatBytes([kafkasOwn, logOf(10, 7, metadataBatch([topic('a')], 1))]))
    const journal = open(disk)
    const records = [...journal.records()]
    expect(records.map(({ type }) => type)).toEqual([
      ...Array(6).fill('featureLevelRecord'),
      'configRecord',
      'topicRecord',
    ])
    journal.append([topic('b')])
    const headers = [...batchHeaders(disk.readFile(LOG) ?? new Uint8Array(0))]
    expect(headers.at(-1)).toMatchObject({ baseOffset: 11, partitionLeaderEpoch: 7 })
  })

  test('passes over records that it does not know, and keeps them', () => {
    const disk = new SimDisk()
    const strange = { offset: 0, timestamp: 0, key: null, value: Uint8Array.of(1, 99, 0) }
    const bytes = logOf(
      0,
      1,
      metadataBatch([topic('a')], 1),
      encodeBatch({}, [strange]),
      metadataBatch([topic('b')], 1),
    )
    disk.writeFile(LOG, bytes)
    const journal = open(disk)
    expect(namesIn(journal)).toEqual(['a', 'b'])
    journal.append([topic('c')])
    expect(disk.readFile(LOG)?.subarray(0, bytes.length)).toEqual(bytes)
  })

  test('takes transactions as they end (KIP-868)', () => {
    const disk = new SimDisk()
    const records = [begin, topic('a'), end, begin, topic('b'), abort, topic('c'), begin, topic('d')]
    disk.writeFile(LOG, logOf(0, 1, ...records.map(record => metadataBatch([record], 1))))
    const journal = open(disk)
    expect(namesIn(journal)).toEqual(['a', 'c'])
    journal.append([topic('e')])
    expect(namesIn(open(disk))).toEqual(['a', 'c', 'e'])
  })

  test('begins with the newest snapshot and goes on behind it', () => {
    const disk = new SimDisk()
    const snapshot = (name: string) => metadataBatch([topic(name)], 1)
    disk.writeFile(`${METADATA_DIRECTORY}/00000000000000000001-0000000001.checkpoint`, snapshot('old'))
    disk.writeFile(`${METADATA_DIRECTORY}/00000000000000000002-0000000001.checkpoint`, snapshot('all'))
    disk.writeFile(LOG, logOf(0, 1, ...['a', 'b', 'c'].map(name => metadataBatch([topic(name)], 1))))
    expect(namesIn(open(disk))).toEqual(['all', 'c'])
  })

  test('goes on behind the snapshot where the log ends before it', () => {
    const disk = new SimDisk()
    disk.writeFile(`${METADATA_DIRECTORY}/00000000000000000005-0000000003.checkpoint`, metadataBatch([topic('all')], 1))
    disk.writeFile(LOG, logOf(0, 1, ...['a', 'b', 'c'].map(name => metadataBatch([topic(name)], 1))))
    warnings.length = 0
    const journal = open(disk)
    expect([journal.logEndOffset, namesIn(journal)]).toEqual([5, ['all']])
    expect(warnings).toEqual([expect.stringContaining(METADATA_DIRECTORY)])
    journal.append([topic('next')])
    journal.close()
    expect(namesIn(open(disk))).toEqual(['all', 'next'])
    for (const name of disk.list(METADATA_DIRECTORY)) {
      if (name.endsWith('.log')) disk.remove(`${METADATA_DIRECTORY}/${name}`)
    }
    expect(namesIn(open(disk))).toEqual(['all'])
  })

  test('names the snapshot that cannot be read', () => {
    const disk = new SimDisk()
    const path = `${METADATA_DIRECTORY}/00000000000000000002-0000000001.checkpoint`
    const sound = metadataBatch([topic('all')], 1)
    disk.writeFile(
      path,
      sound.map((byte, at) => (at === sound.length - 1 ? byte ^ 1 : byte)),
    )
    disk.writeFile(LOG, logOf(0, 1, metadataBatch([topic('a')], 1)))
    expect(() => namesIn(open(disk))).toThrow(path)
    disk.remove(path)
    expect(namesIn(open(disk))).toEqual(['a'])
  })

  test('is not begun anew where there are partitions', () => {
    const disk = new SimDisk()
    disk.makeDirectory('a-0')
    expect(() => open(disk)).toThrow(/a-0/)
  })
})
