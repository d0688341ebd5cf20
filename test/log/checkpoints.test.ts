import { expect, test } from 'bun:test'
import type { Uuid } from '../../src/base/uuid.ts'
import {
  hasCleanShutdownMarker,
  readOffsetCheckpoint,
  readPartitionMetadata,
  removeCleanShutdownMarker,
  writeCleanShutdownMarker,
  writeOffsetCheckpoint,
  writePartitionMetadata,
} from '../../src/log/checkpoints.ts'
import { CLEAN_SHUTDOWN_MARKER, RECOVERY_POINT_CHECKPOINT } from '../../src/log/file-names.ts'
import { SimDisk } from '../sim/disk.ts'

const textOf = (disk: SimDisk, path: string): string =>
  new TextDecoder().decode(disk.readFile(path) ?? new Uint8Array())

test("a checkpoint of offsets is Kafka's text", () => {
  const disk = new SimDisk()
  const entries = [
    { topic: 'real', partition: 0, offset: 30000 },
    { topic: 'a.b-c', partition: 12, offset: 2 ** 40 },
  ]
  writeOffsetCheckpoint(disk, RECOVERY_POINT_CHECKPOINT, entries)
  expect(textOf(disk, RECOVERY_POINT_CHECKPOINT)).toBe('0\n2\nreal 0 30000\na.b-c 12 1099511627776\n')
  expect(readOffsetCheckpoint(disk, RECOVERY_POINT_CHECKPOINT)).toEqual(entries)
})

test.each(['', '0\n', '0\n1\n', '0\n1\nt 0\n', '0\n1\nt 0 5 6\n', '0\n1\nt 0 -5\n', '0\n9\nt 0 5\n', 'x\n1\nt 0 5\n'])(
  'a damaged checkpoint counts as empty: %j',
  text => {
    const disk = new SimDisk()
    disk.writeFile('c', new TextEncoder().encode(text))
    expect(readOffsetCheckpoint(disk, 'c')).toEqual([])
  },
)

test('a missing checkpoint counts as empty', () => {
  expect(readOffsetCheckpoint(new SimDisk(), 'c')).toEqual([])
})

test("partition.metadata is Kafka's text", () => {
  const disk = new SimDisk()
  const topicId = 'Ica2e8l0Td-ozWaC8o-NhA' as Uuid
  expect(readPartitionMetadata(disk, 't-0')).toBeNull()
  writePartitionMetadata(disk, 't-0', topicId)
  expect(textOf(disk, 't-0/partition.metadata')).toBe('version: 0\ntopic_id: Ica2e8l0Td-ozWaC8o-NhA')
  expect(readPartitionMetadata(disk, 't-0')).toBe(topicId)
})

test('partition.metadata may end with a newline', () => {
  const disk = new SimDisk()
  disk.writeFile('t-0/partition.metadata', new TextEncoder().encode('version: 0\ntopic_id: Ica2e8l0Td-ozWaC8o-NhA\n'))
  expect(readPartitionMetadata(disk, 't-0')).toBe('Ica2e8l0Td-ozWaC8o-NhA' as Uuid)
})

test('the clean-shutdown marker', () => {
  const disk = new SimDisk()
  expect(hasCleanShutdownMarker(disk)).toBe(false)
  writeCleanShutdownMarker(disk)
  expect(hasCleanShutdownMarker(disk)).toBe(true)
  expect(textOf(disk, CLEAN_SHUTDOWN_MARKER)).toBe('{"version":0,"brokerEpoch":-1}')
  removeCleanShutdownMarker(disk)
  expect(hasCleanShutdownMarker(disk)).toBe(false)
})
