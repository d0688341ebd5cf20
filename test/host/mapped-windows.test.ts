import { expect, test } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { FileWindows, MappedWindows } from '../../src/host/mapped-windows.ts'
import { temporaryDirectory } from './directory.ts'

const OVERLAP_BYTES = 16 * 1024
const WINDOW_BYTES = 64 * 1024
const STRIDE_BYTES = WINDOW_BYTES - OVERLAP_BYTES
const FILE_BYTES = 3 * STRIDE_BYTES + WINDOW_BYTES - 1

const sizesOf = (capCount: number) => ({ window: WINDOW_BYTES, stride: STRIDE_BYTES, cap: capCount * WINDOW_BYTES })

/** A file of three windows and one that is not full yet, and a counter of mappings. */
function fixture(directory: string, capCount = 8) {
  const content = Uint8Array.from({ length: FILE_BYTES }, (_, i) => i % 251)
  const path = `${directory}/a.log`
  writeFileSync(path, content)
  const mapped: number[] = []
  const windows = new MappedWindows(sizesOf(capCount), (file, options) => {
    mapped.push(options.offset / STRIDE_BYTES)
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
  expect(view(STRIDE_BYTES + 5, 100)).toEqual(content.slice(STRIDE_BYTES + 5, STRIDE_BYTES + 105))
  expect(view(3 * STRIDE_BYTES - 1, 1)).toEqual(content.slice(3 * STRIDE_BYTES - 1, 3 * STRIDE_BYTES))
  expect(mapped).toEqual([0, 1, 2])
})

test('a range that is no longer than windows overlap lies in one of them, wherever it begins', () => {
  using directory = temporaryDirectory()
  const { content, view } = fixture(directory.path)
  for (let position = 0; position < 3 * STRIDE_BYTES; position += 1021)
    expect(view(position, OVERLAP_BYTES)).toEqual(content.slice(position, position + OVERLAP_BYTES))
})

test('a longer range across windows, or one in a window that is not full yet, is not a view', () => {
  using directory = temporaryDirectory()
  const { view, mapped } = fixture(directory.path)
  expect(view(STRIDE_BYTES - 1, OVERLAP_BYTES + 2)).toBeNull()
  expect(view(3 * STRIDE_BYTES, 1)).toBeNull()
  expect(mapped).toEqual([])
})

test('the least recently used window goes when the cap is reached; its views stay good', () => {
  using directory = temporaryDirectory()
  const { content, windows, view, mapped } = fixture(directory.path, 2)
  const first = view(0, 100)
  view(STRIDE_BYTES, 1)
  view(0, 1)
  view(2 * STRIDE_BYTES, 1)
  expect(windows.mappedBytes).toBe(2 * WINDOW_BYTES)
  view(0, 1)
  expect(mapped).toEqual([0, 1, 2])
  view(STRIDE_BYTES, 1)
  expect(mapped).toEqual([0, 1, 2, 1])
  expect(first).toEqual(content.slice(0, 100))
})

test('unmapping beyond a size empties the views there and spares the others', () => {
  using directory = temporaryDirectory()
  const { content, windows, file, view } = fixture(directory.path)
  const kept = view(0, 10)
  const lost = view(STRIDE_BYTES, 10)
  windows.unmapBeyond(file, STRIDE_BYTES + WINDOW_BYTES - 1)
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
  const windows = new MappedWindows(sizesOf(1), () => {
    tryCount++
    throw new Error('mmapFile is not supported')
  })
  const file = new FileWindows('a.log')
  expect(windows.view(file, 0, 1, WINDOW_BYTES)).toBeNull()
  expect(windows.view(file, 0, 1, WINDOW_BYTES)).toBeNull()
  expect(tryCount).toBe(1)
})
