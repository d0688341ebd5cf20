/**
 * A disk in memory for tests: it can be full, refuse calls, and lose power. What it does follows from its random source alone.
 * @module
 */

import type { Random } from '../../src/base/random.ts'
import { type Disk, DiskError, type DiskFile } from '../../src/log/disk.ts'
import { SeededRandom } from './random.ts'

export type DiskOperation =
  | 'open'
  | 'write'
  | 'truncate'
  | 'flush'
  | 'writeFile'
  | 'rename'
  | 'remove'
  | 'makeDirectory'
  | 'read'

/** What a file holds now, and what of it would outlive a loss of power. */
class Content {
  bytes = new Uint8Array(64)
  size = 0
  /** Everything before this has reached the medium. */
  flushedSize = 0
  /** What `writeFile` has replaced, which may come back: null for no file, undefined if nothing was replaced. */
  replaced: Uint8Array | null | undefined = undefined

  write(piece: Uint8Array, position: number): void {
    const end = position + piece.length
    if (end > this.bytes.length) {
      const grown = new Uint8Array(Math.max(end, this.bytes.length * 2))
      grown.set(this.bytes.subarray(0, this.size))
      this.bytes = grown
    }
    if (position > this.size) this.bytes.fill(0, this.size, position)
    this.bytes.set(piece, position)
    this.size = Math.max(this.size, end)
    this.flushedSize = Math.min(this.flushedSize, position)
  }

  truncate(size: number): void {
    this.size = Math.min(this.size, size)
    this.flushedSize = Math.min(this.flushedSize, size)
  }
}

export class SimDisk implements Disk {
  /** Bytes that fit on the disk; beyond them a write is short, and the next one is refused with ENOSPC. */
  capacityBytes = Number.POSITIVE_INFINITY
  /** Asked before every call: a code such as 'EIO' makes it fail. */
  fault: (operation: DiskOperation, path: string) => string | null = () => null
  /** Calls that have been made, for tests that count them. */
  readonly calls: { operation: DiskOperation; path: string; bytes: number }[] = []

  private readonly files = new Map<string, Content>()
  private readonly directories = new Set<string>()
  private pendingFlushes: (() => void)[] = []

  constructor(private readonly random: Random = new SeededRandom(1)) {}

  open(path: string): DiskFile {
    this.enter('open', path)
    if (!this.files.has(path)) this.files.set(path, new Content())
    return new SimFile(this, path)
  }
  size(path: string): number | null {
    return this.files.get(path)?.size ?? null
  }
  list(directory: string): readonly string[] {
    const prefix = directory === '' ? '' : `${directory}/`
    const names = [...this.files.keys(), ...this.directories].flatMap(path =>
      path.startsWith(prefix) ? (path.slice(prefix.length).split('/')[0] ?? []) : [],
    )
    return [...new Set(names)]
  }
  makeDirectory(path: string): void {
    this.enter('makeDirectory', path)
    this.directories.add(path)
  }
  readFile(path: string): Uint8Array | null {
    this.enter('read', path)
    const content = this.files.get(path)
    return content ? content.bytes.slice(0, content.size) : null
  }
  writeFile(path: string, bytes: Uint8Array): void {
    this.enter('writeFile', path, bytes.length)
    if (this.usedBytes + bytes.length > this.capacityBytes) throw new DiskError(`${path}: no space`, 'ENOSPC')
    const replaced = this.files.get(path)
    const content = new Content()
    content.write(bytes, 0)
    content.flushedSize = content.size
    content.replaced = replaced ? replaced.bytes.slice(0, replaced.size) : null
    this.files.set(path, content)
  }
  rename(from: string, to: string): void {
    this.enter('rename', from)
    const content = this.files.get(from)
    if (!content) throw new DiskError(`${from}: no such file`, 'ENOENT')
    this.files.delete(from)
    this.files.set(to, content)
  }
  remove(path: string): void {
    this.enter('remove', path)
    this.files.delete(path)
    this.directories.delete(path)
    for (const other of this.files.keys()) if (other.startsWith(`${path}/`)) this.files.delete(other)
  }

  /** The flushes that were asked for take place, and their callers hear of it. */
  settle(): void {
    const flushes = this.pendingFlushes
    this.pendingFlushes = []
    for (const flush of flushes) flush()
  }

  /** Loses power: of what was not flushed a random part is left, its end perhaps overwritten with zeros. */
  losePower(): void {
    this.pendingFlushes = []
    for (const [path, content] of this.files) {
      if (content.replaced !== undefined && this.random.below(2) === 0) this.restore(path, content.replaced)
      else this.tear(content)
    }
  }
  private restore(path: string, replaced: Uint8Array | null): void {
    if (replaced === null) {
      this.files.delete(path)
      return
    }
    const content = new Content()
    content.write(replaced, 0)
    content.flushedSize = content.size
    this.files.set(path, content)
  }
  private tear(content: Content): void {
    const kept = content.flushedSize + this.random.below(content.size - content.flushedSize + 1)
    if (this.random.below(2) === 0) content.truncate(kept)
    else content.bytes.fill(0, kept, content.size)
    content.flushedSize = content.size
    content.replaced = undefined
  }

  get usedBytes(): number {
    let sum = 0
    for (const content of this.files.values()) sum += content.size
    return sum
  }

  /** Notes the call. @throws DiskError if the test wants it to fail */
  enter(operation: DiskOperation, path: string, bytes = 0): void {
    this.calls.push({ operation, path, bytes })
    const code = this.fault(operation, path)
    if (code !== null) throw new DiskError(`${path}: ${operation} failed`, code)
  }
  /** The file's content, made empty if it is missing. */
  content(path: string): Content {
    const content = this.files.get(path) ?? new Content()
    this.files.set(path, content)
    return content
  }
  whenSettled(flush: () => void): void {
    this.pendingFlushes.push(flush)
  }
}

class SimFile implements DiskFile {
  constructor(
    private readonly disk: SimDisk,
    readonly path: string,
  ) {}

  get size(): number {
    return this.disk.content(this.path).size
  }
  write(pieces: readonly Uint8Array[], position: number): number {
    const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0)
    this.disk.enter('write', this.path, bytes)
    const content = this.disk.content(this.path)
    const room = this.disk.capacityBytes - this.disk.usedBytes + content.size - position
    if (room <= 0 && bytes > 0) throw new DiskError(`${this.path}: no space`, 'ENOSPC')
    let taken = 0
    for (const piece of pieces) {
      const part = piece.subarray(0, Math.max(0, room - taken))
      content.write(part, position + taken)
      taken += part.length
    }
    return taken
  }
  read(position: number, length: number): Uint8Array {
    this.disk.enter('read', this.path, length)
    const content = this.disk.content(this.path)
    return content.bytes.slice(position, Math.min(position + length, content.size))
  }
  truncate(size: number): void {
    this.disk.enter('truncate', this.path)
    this.disk.content(this.path).truncate(size)
  }
  flush(done: (error: DiskError | null) => void): void {
    const content = this.disk.content(this.path)
    const { size } = content
    this.disk.whenSettled(() => {
      const code = this.disk.fault('flush', this.path)
      if (code === null) content.flushedSize = Math.max(content.flushedSize, Math.min(size, content.size))
      done(code === null ? null : new DiskError(`${this.path}: flush failed`, code))
    })
  }
  close(): void {}
}
