/**
 * The Disk port in memory, for a broker that keeps nothing.
 *
 * Files lie in chunks. All but the last are of full size; the last one grows by doubling, so that a small file is small
 * and a large one never moves. Memory counts as it is allocated, and a disk that has no more of it is full.
 * @module
 */
import { assert } from '../base/assert.ts'
import { noBytes } from '../base/bytes.ts'
import { type Disk, DiskError, type DiskFile, type DiskSpace } from '../log/disk.ts'

const CHUNK_BYTES = 1024 * 1024
const LEAST_CHUNK_BYTES = 1024

type Entry = MemoryFile | Directory
type Directory = Map<string, Entry>

/** What all files together may still allocate. */
interface Budget {
  freeBytes: number
}

export class MemoryDisk implements Disk {
  private readonly root: Directory = new Map()
  private readonly budget: Budget

  constructor(readonly capacityBytes: number) {
    this.budget = { freeBytes: capacityBytes }
  }

  /** Bytes that files have allocated. */
  get usedBytes(): number {
    return this.capacityBytes - this.budget.freeBytes
  }

  open(path: string): DiskFile {
    const entry = this.find(path)
    if (entry instanceof MemoryFile) return entry
    if (entry) throw diskError('open', path, 'EISDIR')
    return this.put('create', path, new MemoryFile(path, this.budget))
  }

  size(path: string): number | null {
    const entry = this.find(path)
    return entry instanceof Map ? 0 : (entry?.size ?? null)
  }

  list(directory: string): readonly string[] {
    const entry = this.find(directory)
    if (entry instanceof MemoryFile) throw diskError('list', directory, 'ENOTDIR')
    return [...(entry?.keys() ?? [])]
  }

  makeDirectory(path: string): void {
    let directory = this.root
    for (const name of namesIn(path)) {
      const entry = directory.get(name) ?? new Map()
      if (entry instanceof MemoryFile) throw diskError('make', path, 'EEXIST')
      directory.set(name, entry)
      directory = entry
    }
  }

  readFile(path: string): Uint8Array | null {
    const entry = this.find(path)
    if (entry instanceof Map) throw diskError('read', path, 'EISDIR')
    return entry?.read(0, entry.size).slice() ?? null
  }

  writeFile(path: string, bytes: Uint8Array): void {
    if (this.find(path) instanceof Map) throw diskError('write', path, 'EISDIR')
    const file = new MemoryFile(path, this.budget)
    const taken = bytes.length === 0 ? 0 : file.write([bytes], 0)
    if (taken < bytes.length) {
      file.release()
      throw diskError('write', path, 'ENOSPC')
    }
    this.put('write', path, file)
  }

  rename(from: string, to: string): void {
    const entry = this.find(from)
    if (!entry) throw diskError('rename', from, 'ENOENT')
    this.put('rename', to, entry)
    this.parentOf(from)?.delete(lastNameOf(from))
  }

  remove(path: string): void {
    const entry = this.find(path)
    if (entry) release(entry)
    this.parentOf(path)?.delete(lastNameOf(path))
  }

  space(): DiskSpace {
    return { totalBytes: this.capacityBytes, usableBytes: this.budget.freeBytes }
  }

  private find(path: string): Entry | null {
    let entry: Entry | undefined = this.root
    for (const name of namesIn(path)) entry = entry instanceof Map ? entry.get(name) : undefined
    return entry ?? null
  }

  private parentOf(path: string): Directory | null {
    const entry = this.find(path.slice(0, Math.max(path.lastIndexOf('/'), 0)))
    return entry instanceof Map ? entry : null
  }

  /** Lets `path` be `entry`. What was there before is gone. */
  private put<T extends Entry>(act: string, path: string, entry: T): T {
    const parent = this.parentOf(path)
    const name = lastNameOf(path)
    if (!parent) {
      release(entry)
      throw diskError(act, path, 'ENOENT')
    }
    const before = parent.get(name)
    if (before && before !== entry) release(before)
    parent.set(name, entry)
    return entry
  }
}

class MemoryFile implements DiskFile {
  private readonly chunks: Uint8Array[] = []
  private sizeBytes = 0
  private isRemoved = false

  constructor(
    readonly path: string,
    private readonly budget: Budget,
  ) {}

  get size(): number {
    return this.sizeBytes
  }

  write(pieces: readonly Uint8Array[], position: number): number {
    if (this.isRemoved) throw diskError('write', this.path, 'ENOENT')
    const wanted = pieces.reduce((sum, piece) => sum + piece.length, 0)
    const room = this.grow(position + wanted) - position
    if (room <= 0 && wanted > 0) throw diskError('write', this.path, 'ENOSPC')
    let left = Math.min(wanted, room)
    let end = position
    for (const piece of pieces) {
      const taken = piece.length <= left ? piece : piece.subarray(0, left)
      this.copyIn(taken, end)
      end += taken.length
      left -= taken.length
    }
    this.sizeBytes = Math.max(this.sizeBytes, end)
    return end - position
  }

  /** A view where one chunk has it all. */
  read(position: number, length: number): Uint8Array {
    const count = Math.min(length, this.sizeBytes - position)
    if (count <= 0) return noBytes
    const first = Math.floor(position / CHUNK_BYTES)
    const start = position - first * CHUNK_BYTES
    if (start + count <= CHUNK_BYTES) return this.chunk(first).subarray(start, start + count)
    const bytes = new Uint8Array(count)
    for (let copied = 0; copied < count; ) {
      const at = position + copied
      const within = at % CHUNK_BYTES
      const piece = this.chunk((at - within) / CHUNK_BYTES).subarray(within, within + count - copied)
      bytes.set(piece, copied)
      copied += piece.length
    }
    return bytes
  }

  /** What lies beyond is zeroed: it must not come back when the file grows again. */
  truncate(size: number): void {
    if (this.isRemoved) throw diskError('truncate', this.path, 'ENOENT')
    const kept = Math.ceil(size / CHUNK_BYTES)
    for (const chunk of this.chunks.splice(kept)) this.budget.freeBytes += chunk.length
    if (size < this.sizeBytes && size % CHUNK_BYTES > 0) this.chunk(kept - 1).fill(0, size % CHUNK_BYTES)
    if (size > this.sizeBytes && this.grow(size) < size) throw diskError('truncate', this.path, 'ENOSPC')
    this.sizeBytes = size
  }

  flush(done: (error: DiskError | null) => void): void {
    queueMicrotask(() => done(null))
  }

  sync(): void {}

  close(): void {}

  /** The file is removed. Views of it stay as they are. */
  release(): void {
    for (const chunk of this.chunks.splice(0)) this.budget.freeBytes += chunk.length
    this.sizeBytes = 0
    this.isRemoved = true
  }

  /** Makes room up to `end`, or as far as the budget goes. Returns where the room ends. */
  private grow(end: number): number {
    for (;;) {
      const { length } = this.chunks
      const last = this.chunks[length - 1]
      if (last && last.length < CHUNK_BYTES) {
        const start = (length - 1) * CHUNK_BYTES
        if (end <= start + last.length) return end
        if (!this.replaceLast(last, end - start)) return start + last.length
      } else {
        const start = length * CHUNK_BYTES
        if (end <= start) return end
        const chunk = this.allocate(chunkBytesFor(end - start), 0)
        if (!chunk) return start
        this.chunks.push(chunk)
      }
    }
  }

  private replaceLast(last: Uint8Array, wantedBytes: number): boolean {
    const larger = this.allocate(chunkBytesFor(wantedBytes), last.length)
    if (!larger) return false
    larger.set(last)
    this.chunks[this.chunks.length - 1] = larger
    return true
  }

  /** A chunk in place of `freedBytes` that are allocated, or null where the budget does not have it. */
  private allocate(bytes: number, freedBytes: number): Uint8Array | null {
    if (bytes - freedBytes > this.budget.freeBytes) return null
    this.budget.freeBytes -= bytes - freedBytes
    return new Uint8Array(bytes)
  }

  private copyIn(bytes: Uint8Array, position: number): void {
    for (let copied = 0; copied < bytes.length; ) {
      const at = position + copied
      const within = at % CHUNK_BYTES
      const chunk = this.chunk((at - within) / CHUNK_BYTES)
      const count = Math.min(bytes.length - copied, chunk.length - within)
      chunk.set(bytes.subarray(copied, copied + count), within)
      copied += count
    }
  }

  private chunk(index: number): Uint8Array {
    const chunk = this.chunks[index]
    assert(chunk !== undefined, `${this.path} has no chunk ${index}`)
    return chunk
  }
}

/** The next power of two, within bounds. */
function chunkBytesFor(wantedBytes: number): number {
  let bytes = LEAST_CHUNK_BYTES
  while (bytes < wantedBytes && bytes < CHUNK_BYTES) bytes *= 2
  return bytes
}

function release(entry: Entry): void {
  if (entry instanceof MemoryFile) entry.release()
  else for (const inner of entry.values()) release(inner)
}

function namesIn(path: string): string[] {
  return path === '' ? [] : path.split('/')
}

function lastNameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function diskError(act: string, path: string, code: string): DiskError {
  return new DiskError(`cannot ${act} ${path}: ${code}`, code)
}
