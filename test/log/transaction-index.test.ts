import { describe, expect, test } from 'bun:test'
import { type AbortedTransaction, TransactionIndex } from '../../src/log/transaction-index.ts'
import { SimDisk } from '../sim/disk.ts'
import { path } from './fixture.ts'

const FILE = path('00000000000000000000.txnindex')
/** Version, producer id, first, last and last stable offset, as Kafka's AbortedTxn has them. */
const KAFKA_BYTES =
  '0000' +
  '0000000000000007' +
  '0000000000000064' +
  '00000000000000c8' +
  '0000000000000096' +
  '0000' +
  '0000000000000003' +
  '0000000000000096' +
  '00000000000000d2' +
  '00000000000000d3'
const first: AbortedTransaction = { producerId: 7, firstOffset: 100, lastOffset: 200, lastStableOffset: 150 }
const second: AbortedTransaction = { producerId: 3, firstOffset: 150, lastOffset: 210, lastStableOffset: 211 }

function indexOf(...entries: readonly AbortedTransaction[]): TransactionIndex {
  const index = new TransactionIndex()
  for (const entry of entries) index.append(entry)
  return index
}

function collect(index: TransactionIndex, from: number, upTo: number) {
  const found: AbortedTransaction[] = []
  const isComplete = index.collect(from, upTo, found)
  return { found, isComplete }
}

describe('the file', () => {
  test('has the bytes that Kafka writes, and is read back', () => {
    const disk = new SimDisk()
    const index = indexOf(first, second)
    index.save(disk, FILE)
    expect(Buffer.from(disk.readFile(FILE) ?? []).toString('hex')).toBe(KAFKA_BYTES)
    expect(collect(TransactionIndex.load(disk, FILE), 0, 1000).found).toEqual([first, second])
  })
  test('is not there for an index without entries, and goes where one was', () => {
    const disk = new SimDisk()
    new TransactionIndex().save(disk, FILE)
    expect(disk.size(FILE)).toBeNull()
    indexOf(first).save(disk, FILE)
    TransactionIndex.anew().save(disk, FILE)
    expect(disk.size(FILE)).toBeNull()
    expect(TransactionIndex.load(disk, FILE).isEmpty).toBeTrue()
  })
  test('that cannot be written is left damaged: a missing one would say that nothing was aborted', () => {
    const disk = new SimDisk()
    indexOf(first).save(disk, FILE)
    disk.fault = operation => (operation === 'write' ? 'ENOSPC' : null)
    expect(() => indexOf(first, second).save(disk, FILE)).toThrow('write failed')
    disk.fault = () => null
    expect(TransactionIndex.isSound(disk.readFile(FILE) ?? new Uint8Array(), 0, 1000)).toBeFalse()
  })
  test('is written only when it is behind', () => {
    const disk = new SimDisk()
    const index = indexOf(first)
    index.save(disk, FILE)
    disk.calls.length = 0
    index.save(disk, FILE)
    expect(disk.calls).toEqual([])
    index.append(second)
    expect(index.isSaved).toBeFalse()
  })
})

describe('a file is sound', () => {
  const bytes = Uint8Array.fromHex(KAFKA_BYTES)
  const changed = (position: number, byte: number) => bytes.with(position, byte)

  test.each<[string, Uint8Array, number, number, boolean]>([
    ['with entries in order', bytes, 200, 211, true],
    ['without any', new Uint8Array(), 200, 211, true],
    ['not with half an entry', bytes.subarray(0, 50), 200, 211, false],
    ['not of another version', changed(35, 1), 200, 211, false],
    ['not with a marker before the segment', bytes, 201, 211, false],
    ['not with a marker behind the segment', bytes, 200, 210, false],
    ['not with markers that do not ascend', changed(59, 200), 200, 211, false],
    ['not with one that begins behind its marker', changed(17, 201), 200, 211, false],
  ])('%s', (_, stored, baseOffset, endOffset, isSound) => {
    expect(TransactionIndex.isSound(stored, baseOffset, endOffset)).toBe(isSound)
  })
})

describe('what a reader of a range has to know', () => {
  const index = indexOf(first, second)

  test.each<[number, number, AbortedTransaction[], boolean]>([
    [0, 100, [], true],
    [0, 101, [first], true],
    [0, 151, [first, second], true],
    [0, 211, [first, second], true],
    [0, 212, [first, second], false],
    [200, 212, [first, second], false],
    [201, 212, [second], false],
    [211, 212, [], false],
  ])('from %i to %i', (from, upTo, found, isComplete) => {
    expect(collect(index, from, upTo)).toEqual({ found, isComplete })
  })
  test('is found among many', () => {
    const many = Array.from({ length: 1000 }, (_, at) => ({
      ...{ producerId: at, firstOffset: at * 10, lastOffset: at * 10 + 9, lastStableOffset: at * 10 + 10 },
    }))
    expect(collect(indexOf(...many), 5000, 5015).found.map(of => of.producerId)).toEqual([500, 501])
  })
  test('markers come in their order', () => {
    expect(() => indexOf(second, first)).toThrow('one after the other')
  })
})
