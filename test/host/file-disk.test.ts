import { expect, test } from 'bun:test'
import { mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { FileDisk } from '../../src/host/file-disk.ts'
import { MappedWindows } from '../../src/host/mapped-windows.ts'
import { DiskError } from '../../src/log/disk.ts'
import { bytes, temporaryDirectory, text } from './directory.ts'

test('a file is made when it is opened, written in pieces and read back', () => {
  using directory = temporaryDirectory()
  const disk = new FileDisk(directory.path)
  const file = disk.open('a.log')
  expect(file.size).toBe(0)
  expect(file.write([bytes('hello '), bytes(''), bytes('world')], 0)).toBe(11)
  expect(file.write([bytes('W')], 6)).toBe(1)
  expect(file.size).toBe(11)
  expect(text(file.read(0, 11))).toBe('hello World')
  expect(text(file.read(6, 100))).toBe('World')
  expect(file.read(11, 1)).toHaveLength(0)
  expect(file.read(12, 1)).toHaveLength(0)
  expect(readFileSync(`${directory.path}/a.log`, 'utf8')).toBe('hello World')
})

test('what was read is plain bytes of its own: slices are copies', () => {
  using directory = temporaryDirectory()
  const file = new FileDisk(directory.path).open('a.log')
  file.write([bytes('abc')], 0)
  const read = file.read(0, 3)
  expect(read.constructor).toBe(Uint8Array)
  file.write([bytes('xyz')], 0)
  expect(text(read)).toBe('abc')
})

test('a file may be closed and used again', () => {
  using directory = temporaryDirectory()
  const file = new FileDisk(directory.path).open('a.log')
  file.write([bytes('abc')], 0)
  file.close()
  file.close()
  expect(file.write([bytes('def')], 3)).toBe(3)
  expect(text(file.read(0, 6))).toBe('abcdef')
})

test('an existing file keeps its bytes, and opening it twice is opening it once', () => {
  using directory = temporaryDirectory()
  writeFileSync(`${directory.path}/a.log`, 'abc')
  const disk = new FileDisk(directory.path)
  const first = disk.open('a.log')
  const second = disk.open('a.log')
  first.write([bytes('def')], 3)
  expect(second.size).toBe(6)
  expect(text(second.read(0, 6))).toBe('abcdef')
})

test('no more handles are held than allowed, and every file stays usable', () => {
  using directory = temporaryDirectory()
  const disk = new FileDisk(directory.path, { handleCount: 3 })
  const files = Array.from({ length: 10 }, (_, i) => disk.open(`${i}.log`))
  for (let round = 0; round < 3; round++) {
    for (const [i, file] of files.entries()) expect(file.write([bytes(`${i}${round}`)], round * 2)).toBe(2)
  }
  for (const [i, file] of files.entries()) expect(text(file.read(0, 6))).toBe(`${i}0${i}1${i}2`)
  if (process.platform === 'linux') expect(handlesIn(directory.path)).toBe(3)
  disk.close()
  if (process.platform === 'linux') expect(handlesIn(directory.path)).toBe(0)
})

/** How many of this process's handles lie in `directory`. */
function handlesIn(directory: string): number {
  const targets = readdirSync('/proc/self/fd').map(handle => {
    try {
      return readlinkSync(`/proc/self/fd/${handle}`)
    } catch {
      return ''
    }
  })
  return targets.filter(target => target.startsWith(directory)).length
}

test('truncating shortens, and what is written next follows', () => {
  using directory = temporaryDirectory()
  const file = new FileDisk(directory.path).open('a.log')
  file.write([bytes('abcdef')], 0)
  file.truncate(2)
  expect(file.size).toBe(2)
  expect(text(file.read(0, 6))).toBe('ab')
  file.write([bytes('XY')], 2)
  expect(text(file.read(0, 6))).toBe('abXY')
})

test('a small file is replaced as a whole, and no temporary file stays', () => {
  using directory = temporaryDirectory()
  const disk = new FileDisk(directory.path)
  expect(disk.readFile('meta.properties')).toBeNull()
  disk.writeFile('meta.properties', bytes('version=0, and long'))
  disk.writeFile('meta.properties', bytes('version=1'))
  expect(text(disk.readFile('meta.properties'))).toBe('version=1')
  expect(disk.list('')).toEqual(['meta.properties'])
})

test('a small file that cannot be written leaves the old one', () => {
  using directory = temporaryDirectory()
  const disk = new FileDisk(directory.path)
  disk.writeFile('a', bytes('old'))
  mkdirSync(`${directory.path}/a.tmp`)
  expect(() => disk.writeFile('a', bytes('new'))).toThrow(DiskError)
  expect(text(disk.readFile('a'))).toBe('old')
})

test('directories are made, listed, renamed and removed with what is open in them', () => {
  using directory = temporaryDirectory()
  const disk = new FileDisk(directory.path)
  disk.makeDirectory('orders-0')
  disk.makeDirectory('orders-0')
  const file = disk.open('orders-0/0.log')
  file.write([bytes('abc')], 0)
  disk.open('orders-00').write([bytes('neighbour')], 0)
  expect(disk.list('orders-0')).toEqual(['0.log'])
  disk.rename('orders-0', 'orders-0.gone-delete')
  expect(disk.list('orders-0')).toEqual([])
  expect(text(disk.open('orders-0.gone-delete/0.log').read(0, 3))).toBe('abc')
  disk.remove('orders-0.gone-delete')
  disk.remove('orders-0.gone-delete')
  expect(disk.size('orders-0.gone-delete/0.log')).toBeNull()
  expect(text(disk.open('orders-00').read(0, 9))).toBe('neighbour')
})

test('a file that was removed does not come back by being written', () => {
  using directory = temporaryDirectory()
  const disk = new FileDisk(directory.path)
  const file = disk.open('a.log')
  disk.remove('a.log')
  expect(codeOf(() => file.write([bytes('a')], 0))).toBe('ENOENT')
  expect(disk.list('')).toEqual([])
  expect(disk.open('a.log').size).toBe(0)
})

test('errors say what the system says', () => {
  using directory = temporaryDirectory()
  const disk = new FileDisk(directory.path)
  expect(codeOf(() => disk.open('missing/a.log'))).toBe('ENOENT')
  expect(codeOf(() => disk.rename('missing', 'other'))).toBe('ENOENT')
  disk.open('file')
  expect(codeOf(() => disk.list('file'))).toBe('ENOTDIR')
  disk.makeDirectory('directory')
  expect(codeOf(() => disk.readFile('directory'))).toBe('EISDIR')
})

function codeOf(act: () => unknown): string | null {
  try {
    act()
  } catch (error) {
    if (error instanceof DiskError) return error.code
    throw error
  }
  return null
}

test('a flush comes back later, once, also for a file that is gone', async () => {
  using directory = temporaryDirectory()
  const disk = new FileDisk(directory.path)
  const file = disk.open('a.log')
  file.write([bytes('abc')], 0)
  const { promise: flushed, resolve: onFlush } = Promise.withResolvers<DiskError | null>()
  let isBack = false
  file.flush(error => {
    isBack = true
    onFlush(error)
  })
  file.close()
  expect(isBack).toBe(false)
  expect(await flushed).toBeNull()
  disk.remove('a.log')
  const { promise: refused, resolve: onRefusal } = Promise.withResolvers<DiskError | null>()
  file.flush(onRefusal)
  expect((await refused)?.code).toBe('ENOENT')
})

test('a full disk takes what fits, says so, and takes more after a truncation', () => {
  using full = fullDisk(1024 * 1024)
  const file = new FileDisk(full.path).open('a.log')
  const piece = new Uint8Array(300 * 1024).fill(7)
  const taken = file.write([piece, piece, piece, piece], 0)
  expect(taken).toBeGreaterThan(0)
  expect(taken).toBeLessThan(4 * piece.length)
  expect(file.size).toBe(taken)
  expect(codeOf(() => file.write([piece], taken))).toBe('ENOSPC')
  expect(file.size).toBe(taken)
  file.truncate(piece.length)
  expect(file.write([piece], piece.length)).toBe(piece.length)
})

/** A directory on a disk of `sizeBytes`: a tmpfs in a name space of its own needs no right to mount, a mount does. */
function fullDisk(sizeBytes: number): { readonly path: string } & Disposable {
  const directory = temporaryDirectory()
  const mount = Bun.spawnSync(['mount', '-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'tmpfs', directory.path])
  return {
    path: directory.path,
    [Symbol.dispose]() {
      if (mount.success) Bun.spawnSync(['umount', '-l', directory.path])
      directory[Symbol.dispose]()
    },
  }
}

test('complete windows are mapped, the rest is read, and both are the same bytes', () => {
  using directory = temporaryDirectory()
  const windows = new MappedWindows(64 * 1024)
  const disk = new FileDisk(directory.path, { windows })
  const file = disk.open('a.log')
  const content = Uint8Array.from({ length: 200_000 }, (_, i) => i * 7)
  file.write([content], 0)
  for (const [position, length] of [[0, 10], [65_530, 6], [65_530, 12], [70_000, 60_000], [196_608, 3_392]] as const) {
    expect(file.read(position, length)).toEqual(content.slice(position, position + length))
  }
  expect(windows.mappedBytes).toBe(2 * 64 * 1024)
  file.truncate(100_000)
  expect(windows.mappedBytes).toBe(64 * 1024)
  expect(file.read(99_999, 10)).toEqual(content.slice(99_999, 100_000))
  file.close()
  expect(windows.mappedBytes).toBe(0)
})
