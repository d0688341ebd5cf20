import { expect, test } from 'bun:test'
import {
  CLEAN_SHUTDOWN_MARKER,
  CLEAN_SHUTDOWN_NOTE,
  cleanShutdownNote,
  hasCleanShutdownMarker,
  removeCleanShutdownMarker,
  writeCleanShutdownMarker,
} from '../../src/log/clean-shutdown.ts'
import { SimDisk } from '../sim/disk.ts'

function textOf(disk: SimDisk, path: string): string | null {
  const bytes = disk.readFile(path)
  return bytes && new TextDecoder().decode(bytes)
}

test("the marker is Kafka's", () => {
  const disk = new SimDisk()
  expect(hasCleanShutdownMarker(disk)).toBe(false)
  writeCleanShutdownMarker(disk, 'some note')
  expect(hasCleanShutdownMarker(disk)).toBe(true)
  expect(textOf(disk, CLEAN_SHUTDOWN_MARKER)).toBe('{"version":0,"brokerEpoch":-1}')
  removeCleanShutdownMarker(disk)
  expect(hasCleanShutdownMarker(disk)).toBe(false)
})

test('a note is believed as long as its own marker is there', () => {
  const disk = new SimDisk()
  const note = () => cleanShutdownNote(name => textOf(disk, name))
  expect(note()).toBeNull()
  writeCleanShutdownMarker(disk, 'some note')
  expect(note()).toBe('some note')
  disk.writeFile(CLEAN_SHUTDOWN_MARKER, new TextEncoder().encode('{"version":0,"brokerEpoch":7}'))
  expect(note()).toBeNull()
  writeCleanShutdownMarker(disk, 'another')
  expect(note()).toBe('another')
  removeCleanShutdownMarker(disk)
  expect(note()).toBeNull()
  writeCleanShutdownMarker(disk, 'lost')
  disk.remove(CLEAN_SHUTDOWN_NOTE)
  expect(note()).toBeNull()
})
