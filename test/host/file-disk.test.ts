import { expect, test } from 'bun:test'
import { mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { FileDisk } from '../../src/host/file-disk.ts'
import { MappedWindows } from '../../src/host/mapped-windows.ts'
import { DiskError } from '../../src/log/disk.ts'
import { bytes, temporaryDirectory, text } from './directory.ts'
import type { FullDiskReport } from './fill-up.ts'

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

test('a disk tells how much it holds, and how much more it can take', () => {
  using directory = temporaryDirectory()
  const { totalBytes, usableBytes } = new FileDisk(directory.path).space()
  expect(Number.isSafeInteger(totalBytes)).toBe(true)
  expect(usableBytes).toBeGreaterThan(0)
  expect(usableBytes).toBeLessThan(totalBytes)
  expect(() => new FileDisk(`${directory.path}/none`).space()).toThrow(DiskError)
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

test('a directory that somebody else has removed is made anew, without what was open in it', () => {
  using directory = temporaryDirectory()
  const disk = new FileDisk(directory.path)
  disk.makeDirectory('orders-0')
  disk.open('orders-0/0.log').write([bytes('abc')], 0)
  rmSync(`${directory.path}/orders-0`, { recursive: true })
  disk.makeDirectory('orders-0')
  const file = disk.open('orders-0/0.log')
  expect(file.size).toBe(0)
  file.write([bytes('new')], 0)
  expect(readFileSync(`${directory.path}/orders-0/0.log`, 'utf8')).toBe('new')
})

test('the name of a large file is free as soon as it is removed', () => {
  using directory = temporaryDirectory()
  const disk = new FileDisk(directory.path)
  disk.open('a.log').write([new Uint8Array(3 * 1024 * 1024)], 0)
  disk.remove('a.log')
  expect([disk.size('a.log'), disk.list('')]).toEqual([null, []])
  disk.open('a.log').write([bytes('new')], 0)
  disk.rename('a.log', 'b.log')
  expect(readFileSync(`${directory.path}/b.log`, 'utf8')).toBe('new')
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

test.skipIf(process.platform !== 'linux')('flushes that are asked for together do not take a handle each', async () => {
  using directory = temporaryDirectory()
  const disk = new FileDisk(directory.path, { handleCount: 1 })
  const handleCount = () => readdirSync('/proc/self/fd').length
  const before = handleCount()
  const errors: (DiskError | null)[] = []
  const { promise: all, resolve } = Promise.withResolvers<void>()
  for (let number = 0; number < 100; number++) {
    disk.open(`${number}.log`).flush(error => {
      if (errors.push(error) === 100) resolve()
    })
  }
  expect(handleCount() - before).toBeLessThan(20)
  await all
  expect(errors.every(error => error === null)).toBe(true)
  disk.close()
})

test('a full disk takes what fits, says so, and takes more after a truncation', () => {
  using directory = temporaryDirectory()
  const { report, code } = onSmallDisk(directory.path)
  expect(report.takenBytes).toBeGreaterThan(0)
  expect(report.takenBytes).toBeLessThan(4 * report.pieceBytes)
  expect(report.sizeBytes).toBe(report.takenBytes)
  expect(report.code).toBe(code)
  expect(report.sizeAfterErrorBytes).toBe(report.takenBytes)
  expect(report.takenAfterTruncationBytes).toBe(report.pieceBytes)
})

/** Ways to a disk of 1 MiB: one of memory, mounted where nobody else sees it; or, with no right to mount, short files. */
const smallDisks = [
  {
    code: 'ENOSPC',
    command: ['unshare', '-m', 'sh', '-c'],
    script: 'mount -t tmpfs -o size=1m tmpfs "$0" && exec "$@"',
  },
  {
    code: 'ENOSPC',
    command: ['unshare', '-rm', 'sh', '-c'],
    script: 'mount -t tmpfs -o size=1m tmpfs "$0" && exec "$@"',
  },
  { code: 'EFBIG', command: ['bash', '-c'], script: 'trap "" XFSZ; ulimit -f 1024 && exec "$@"' },
]

function onSmallDisk(directory: string): { report: FullDiskReport; code: string } {
  for (const { code, command, script } of smallDisks) {
    if (!Bun.which(command[0]!)) continue
    const fillUp = [process.execPath, `${import.meta.dir}/fill-up.ts`, directory]
    const { success, stdout } = Bun.spawnSync([...command, script, directory, ...fillUp])
    if (success) return { report: JSON.parse(stdout.toString()), code }
  }
  throw new Error('there is no way to a small disk')
}

test('complete windows are mapped, the rest is read, and both are the same bytes', () => {
  using directory = temporaryDirectory()
  const windows = new MappedWindows({ window: 64 * 1024, stride: 64 * 1024, cap: 1024 * 1024 })
  const disk = new FileDisk(directory.path, { windows })
  const file = disk.open('a.log')
  const content = Uint8Array.from({ length: 200_000 }, (_, i) => i * 7)
  file.write([content], 0)
  for (const [position, length] of [
    [0, 10],
    [65_530, 6],
    [65_530, 12],
    [70_000, 60_000],
    [196_608, 3_392],
  ] as const) {
    expect(file.read(position, length)).toEqual(content.slice(position, position + length))
  }
  expect(windows.mappedBytes).toBe(2 * 64 * 1024)
  file.truncate(100_000)
  expect(windows.mappedBytes).toBe(64 * 1024)
  expect(file.read(99_999, 10)).toEqual(content.slice(99_999, 100_000))
  file.close()
  expect(windows.mappedBytes).toBe(0)
})
