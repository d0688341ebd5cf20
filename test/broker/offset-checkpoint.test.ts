import { expect, test } from 'bun:test'
import { OffsetCheckpoint } from '../../src/broker/offset-checkpoint.ts'
import { SimDisk } from '../sim/disk.ts'

const PATH = 'log-start-offset-checkpoint'
const text = new TextDecoder()

const at = (topic: string, partition: number, offset: number) => ({ topic, partition, offset })
const content = (disk: SimDisk) => text.decode(disk.readFile(PATH) ?? undefined)

test("is Kafka's file, and read again", () => {
  const disk = new SimDisk()
  new OffsetCheckpoint(disk, PATH).enter([at('a', 0, 5), at('b-1', 12, 0)])
  expect(content(disk)).toBe('0\n2\na 0 5\nb-1 12 0\n')
  const read = new OffsetCheckpoint(disk, PATH)
  expect([at('a', 0, 0), at('b-1', 12, 0), at('a', 1, 0)].map(of => read.offsetOf(of))).toEqual([5, 0, null])
})

test('keeps what others have entered', () => {
  const disk = new SimDisk()
  const checkpoint = new OffsetCheckpoint(disk, PATH)
  checkpoint.enter([at('a', 0, 5), at('a', 1, 6)])
  checkpoint.enter([at('a', 0, 7)])
  expect(content(disk)).toBe('0\n2\na 0 7\na 1 6\n')
  checkpoint.forget([at('a', 0, 0), at('c', 0, 0)])
  expect(content(disk)).toBe('0\n1\na 1 6\n')
})

test('writes nothing where nothing changes', () => {
  const disk = new SimDisk()
  const checkpoint = new OffsetCheckpoint(disk, PATH)
  checkpoint.enter([])
  checkpoint.forget([at('a', 0, 0)])
  expect(disk.size(PATH)).toBeNull()
})

test('is what it was where the disk refuses', () => {
  const disk = new SimDisk()
  const checkpoint = new OffsetCheckpoint(disk, PATH)
  checkpoint.enter([at('a', 0, 5)])
  disk.fault = () => 'EIO'
  expect(() => checkpoint.enter([at('a', 0, 7)])).toThrow()
  expect(() => checkpoint.forget([at('a', 0, 0)])).toThrow()
  expect(checkpoint.offsetOf(at('a', 0, 0))).toBe(5)
})

test('says nothing where the file is damaged', () => {
  const disk = new SimDisk()
  disk.writeFile(PATH, new TextEncoder().encode('0\n2\na 0 5\n'))
  expect(new OffsetCheckpoint(disk, PATH).offsetOf(at('a', 0, 0))).toBeNull()
})
