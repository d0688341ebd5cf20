import { expect, test } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { FileWindows, MappedWindows } from '../../src/host/mapped-windows.ts'
import { temporaryDirectory } from './directory.ts'

const WINDOW_BYTES = 64 * 1024

/** A file of three windows and a half, and a counter of mappings. */
function fixture(directory: string, capCount = 8) {
  const content = Uint8Array.from({ length: 3.5 * WINDOW_BYTES }, (_, i) => i % 251)
  const path = `${directory}/a.log`
  writeFileSync(path, content)
  const mapped: number[] = []
  const windows = new MappedWindows(WINDOW_BYTES, capCount * WINDOW_BYTES, (file, options) => {
    mapped.push(options.offset / WINDOW_BYTES)
    return Bun.mmap(file, options)
  })
  const view = (position: number, length: number) => windows.view(file, position, length, content.length)
  const file = new FileWindows(path)
  return { content, path, windows, file, view, mapped }
}

test('a range within one complete window is a view of it', () => {
  using directory = temporaryDirectory()
  const { content, view, mapped } = fixture(directory.path)
  expect(view(0, WINDOW_BYTES)).toEqual(content.slice(0, WINDOW_BYTES))
  expect(view(WINDOW_BYTES + 5, 100)).toEqual(content.slice(WINDOW_BYTES + 5, WINDOW_BYTES + 105))
  expect(view(2 * WINDOW_BYTES - 1, 1)).toEqual(content.slice(2 * WINDOW_BYTES - 1, 2 * WINDOW_BYTES))
  expect(mapped).toEqual([0, 1])
})

test('a range across windows, or in one that is not full yet, is not', () => {
  using directory = temporaryDirectory()
  const { view, mapped } = fixture(directory.path)
  expect(view(WINDOW_BYTES - 1, 2)).toBeNull()
  expect(view(3 * WINDOW_BYTES, 1)).toBeNull()
  expect(mapped).toEqual([])
})

test('the least recently used window goes when the cap is reached; its views stay good', () => {
  using directory = temporaryDirectory()
  const { content, windows, view, mapped } = fixture(directory.path, 2)
  const first = view(0, 100)
  view(WINDOW_BYTES, 1)
  view(0, 1)
  view(2 * WINDOW_BYTES, 1)
  expect(windows.mappedBytes).toBe(2 * WINDOW_BYTES)
  view(0, 1)
  expect(mapped).toEqual([0, 1, 2])
  view(WINDOW_BYTES, 1)
  expect(mapped).toEqual([0, 1, 2, 1])
  expect(first).toEqual(content.slice(0, 100))
})

test('unmapping beyond a size empties the views there and spares the others', () => {
  using directory = temporaryDirectory()
  const { content, windows, file, view } = fixture(directory.path)
  const kept = view(0, 10)
  const lost = view(WINDOW_BYTES, 10)
  windows.unmapBeyond(file, WINDOW_BYTES + 5)
  expect(lost).toHaveLength(0)
  expect(kept).toEqual(content.slice(0, 10))
  expect(windows.mappedBytes).toBe(WINDOW_BYTES)
  windows.unmapBeyond(file, WINDOW_BYTES)
  expect(kept).toHaveLength(10)
})

test('a forgotten file leaves its views alone', () => {
  using directory = temporaryDirectory()
  const { content, windows, file, view } = fixture(directory.path)
  const kept = view(0, 10)
  windows.forget(file)
  expect(windows.mappedBytes).toBe(0)
  expect(kept).toEqual(content.slice(0, 10))
})

test('a stray write to a view does not reach the file', () => {
  using directory = temporaryDirectory()
  const { content, path, view } = fixture(directory.path)
  view(0, 10)?.fill(255)
  expect(new Uint8Array(readFileSync(path))).toEqual(content)
})

test('where mapping fails once it is not tried again', () => {
  let tryCount = 0
  const windows = new MappedWindows(WINDOW_BYTES, WINDOW_BYTES, () => {
    tryCount++
    throw new Error('mmapFile is not supported')
  })
  const file = new FileWindows('a.log')
  expect(windows.view(file, 0, 1, WINDOW_BYTES)).toBeNull()
  expect(windows.view(file, 0, 1, WINDOW_BYTES)).toBeNull()
  expect(tryCount).toBe(1)
})
