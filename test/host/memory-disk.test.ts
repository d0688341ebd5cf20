import { describe, expect, test } from 'bun:test'
import { MemoryDisk } from '../../src/host/memory-disk.ts'
import { DiskError } from '../../src/log/disk.ts'
import { seed, withSeed } from '../seed.ts'
import { SeededRandom } from '../sim/random.ts'
import { bytes, text } from './directory.ts'

const CHUNK_BYTES = 1024 * 1024
const ample = () => new MemoryDisk(64 * CHUNK_BYTES)

test('a disk tells how much it holds, and how much more it can take', () => {
  const disk = ample()
  const { totalBytes, usableBytes } = disk.space()
  expect([totalBytes, usableBytes]).toEqual([disk.capacityBytes, disk.capacityBytes])
  disk.writeFile('a', bytes('a'))
  expect(disk.space().usableBytes).toBe(disk.capacityBytes - disk.usedBytes)
  expect(disk.space().usableBytes).toBeLessThan(totalBytes)
})

describe('files', () => {
  test('a file is made when it is opened, written in pieces and read back', () => {
    const disk = ample()
    const file = disk.open('a.log')
    expect(disk.size('a.log')).toBe(0)
    expect(file.write([bytes('hello '), bytes(''), bytes('world')], 0)).toBe(11)
    expect(file.write([bytes('W')], 6)).toBe(1)
    expect(file.write([], 11)).toBe(0)
    expect(file.size).toBe(11)
    expect(text(file.read(0, 11))).toBe('hello World')
    expect(text(file.read(6, 100))).toBe('World')
    expect(file.read(11, 1)).toHaveLength(0)
    expect(file.read(12, 1)).toHaveLength(0)
    expect(disk.open('a.log')).toBe(file)
    file.close()
    expect(text(file.read(0, 5))).toBe('hello')
  })

  test('what was read stays while the file grows, in its chunk and beyond it', () => {
    const file = ample().open('a.log')
    file.write([bytes('abc')], 0)
    const early = file.read(0, 3)
    for (let position = 3; position < 3 * CHUNK_BYTES; position += 100_000) {
      file.write([new Uint8Array(100_000).fill(7)], position)
    }
    expect(text(early)).toBe('abc')
    expect(text(file.read(0, 3))).toBe('abc')
  })

  test('a read within one chunk is a view, one across two is a copy', () => {
    const file = ample().open('a.log')
    file.write([new Uint8Array(2 * CHUNK_BYTES)], 0)
    expect(file.read(CHUNK_BYTES - 10, 10).buffer.byteLength).toBe(CHUNK_BYTES)
    expect(file.read(CHUNK_BYTES - 10, 20).buffer.byteLength).toBe(20)
    expect(file.read(CHUNK_BYTES, 10).buffer.byteLength).toBe(CHUNK_BYTES)
  })

  test('truncating shortens, and what was there does not come back', () => {
    const file = ample().open('a.log')
    file.write([bytes('abcdef')], 0)
    file.truncate(2)
    expect(text(file.read(0, 6))).toBe('ab')
    file.write([bytes('X')], 4)
    expect(text(file.read(0, 6))).toBe('ab\0\0X')
    file.truncate(6)
    expect(text(file.read(0, 9))).toBe('ab\0\0X\0')
    file.truncate(0)
    expect(file.size).toBe(0)
  })

  test('a flush comes back later, without an error', async () => {
    const { promise, resolve } = Promise.withResolvers<DiskError | null>()
    let isBack = false
    ample()
      .open('a.log')
      .flush(error => {
        isBack = true
        resolve(error)
      })
    expect(isBack).toBe(false)
    expect(await promise).toBeNull()
  })

  test('whatever is written and cut, it reads as one array would', () => {
    withSeed('a file in memory reads otherwise', () => {
      const random = new SeededRandom(seed)
      const disk = ample()
      const file = disk.open('a.log')
      const filler = random.bytes(300_000)
      let model = new Uint8Array(0)
      for (let round = 0; round < 150; round++) {
        const at = random.below(model.length + 1)
        if (random.below(4) === 0) {
          file.truncate(at)
          model = model.slice(0, at)
        } else {
          const pieces = [
            filler.subarray(random.below(filler.length)),
            random.bytes(random.below(50)),
            new Uint8Array(0),
          ]
          const written = Buffer.concat(pieces)
          const grown = new Uint8Array(Math.max(model.length, at + written.length))
          grown.set(model)
          grown.set(written, at)
          expect(file.write(pieces, at)).toBe(written.length)
          model = grown
        }
        const from = random.below(model.length + 1)
        const length = random.below(2 * CHUNK_BYTES)
        expect(Buffer.compare(file.read(from, length), model.subarray(from, from + length))).toBe(0)
        expect(file.size).toBe(model.length)
        expect(disk.usedBytes).toBeLessThanOrEqual(model.length + CHUNK_BYTES)
      }
    })
  })
})

describe('directories', () => {
  test('are made, listed, renamed and removed with all that is in them', () => {
    const disk = ample()
    disk.makeDirectory('orders-0')
    disk.makeDirectory('orders-0')
    disk.makeDirectory('orders-0/deep/er')
    const file = disk.open('orders-0/0.log')
    file.write([bytes('abc')], 0)
    disk.open('orders-00').write([bytes('neighbour')], 0)
    expect([...disk.list('')].sort()).toEqual(['orders-0', 'orders-00'])
    expect([...disk.list('orders-0')].sort()).toEqual(['0.log', 'deep'])
    disk.rename('orders-0', 'orders-0.gone')
    expect(disk.list('orders-0')).toEqual([])
    expect(text(disk.open('orders-0.gone/0.log').read(0, 3))).toBe('abc')
    disk.remove('orders-0.gone')
    disk.remove('orders-0.gone')
    expect(disk.size('orders-0.gone/0.log')).toBeNull()
    expect(codeOf(() => file.write([bytes('x')], 0))).toBe('ENOENT')
    expect(text(disk.open('orders-00').read(0, 9))).toBe('neighbour')
  })

  test('a renamed file takes the place of another', () => {
    const disk = ample()
    disk.writeFile('new', bytes('new'))
    disk.writeFile('old', bytes('old'))
    disk.rename('new', 'old')
    expect(disk.list('')).toEqual(['old'])
    expect(text(disk.readFile('old'))).toBe('new')
  })

  test('small files are replaced as a whole', () => {
    const disk = ample()
    expect(disk.readFile('a')).toBeNull()
    disk.writeFile('a', bytes('version=0, and long'))
    const before = disk.readFile('a')
    disk.writeFile('a', bytes('version=1'))
    expect(text(disk.readFile('a'))).toBe('version=1')
    expect(text(before)).toBe('version=0, and long')
    disk.writeFile('a', bytes(''))
    expect(disk.readFile('a')).toHaveLength(0)
  })

  test('errors are those of a file system', () => {
    const disk = ample()
    disk.open('file')
    disk.makeDirectory('directory')
    expect(codeOf(() => disk.open('missing/a.log'))).toBe('ENOENT')
    expect(codeOf(() => disk.writeFile('missing/a', bytes('a')))).toBe('ENOENT')
    expect(codeOf(() => disk.rename('missing', 'other'))).toBe('ENOENT')
    expect(codeOf(() => disk.list('file'))).toBe('ENOTDIR')
    expect(codeOf(() => disk.makeDirectory('file/below'))).toBe('EEXIST')
    expect(codeOf(() => disk.readFile('directory'))).toBe('EISDIR')
    expect(codeOf(() => disk.open('directory'))).toBe('EISDIR')
    expect(disk.list('missing')).toEqual([])
  })
})

describe('a disk that is full', () => {
  test('takes what it can, then refuses, and takes again what was freed', () => {
    const disk = new MemoryDisk(3 * CHUNK_BYTES)
    const first = disk.open('first')
    const second = disk.open('second')
    expect(first.write([new Uint8Array(2 * CHUNK_BYTES)], 0)).toBe(2 * CHUNK_BYTES)
    expect(second.write([new Uint8Array(CHUNK_BYTES), bytes('more')], 0)).toBe(CHUNK_BYTES)
    expect(codeOf(() => second.write([bytes('more')], CHUNK_BYTES))).toBe('ENOSPC')
    expect(codeOf(() => disk.writeFile('small', bytes('x')))).toBe('ENOSPC')
    expect(disk.readFile('small')).toBeNull()
    first.truncate(CHUNK_BYTES)
    expect(second.write([bytes('more')], CHUNK_BYTES)).toBe(4)
    disk.remove('first')
    disk.remove('second')
    expect(disk.usedBytes).toBe(0)
  })

  test('a small file that does not fit leaves the old one', () => {
    const disk = new MemoryDisk(CHUNK_BYTES)
    disk.writeFile('a', bytes('old'))
    const { usedBytes } = disk
    expect(codeOf(() => disk.writeFile('a', new Uint8Array(CHUNK_BYTES)))).toBe('ENOSPC')
    expect(text(disk.readFile('a'))).toBe('old')
    expect(disk.usedBytes).toBe(usedBytes)
  })

  test('many small files take little', () => {
    const disk = ample()
    for (let i = 0; i < 1000; i++) disk.writeFile(`${i}`, bytes('x'))
    expect(disk.usedBytes).toBeLessThanOrEqual(1000 * 1024)
  })
})

function codeOf(act: () => unknown): string | null {
  try {
    act()
    return null
  } catch (error) {
    return error instanceof DiskError ? error.code : String(error)
  }
}
