/**
 * A disk in memory for tests: it can be full, refuse calls, be left in the middle of one by a program that is killed, and
 * lose power. What it does follows from its random source alone.
 * @module
 */

import type { Random } from '../../src/base/random.ts'
import { type Disk, DiskError, type DiskFile, type DiskSpace } from '../../src/log/disk.ts'
import { Files } from './files.ts'
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

/** The program was killed in the middle of a call. No DiskError: nobody may take it for one and go on. */
export class Killed extends Error {
  override readonly name = 'Killed'
}

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
  /** Whether a write that fails may leave a part of its bytes behind the end of what was there. */
  isTearing = false
  /** Calls that change something until the program is killed within one; null for never. */
  callsToLive: number | null = null
  /** Called when the program is killed: nothing that it does from then on may reach anybody. */
  onDeath: () => void = () => {}
  /** Whether the program was killed and has not been started again: whatever it calls throws. */
  isDead = false
  /** Calls that were refused or, for lack of room, done in part. */
  faultCount = 0
  /** Calls that have been made, for tests that count them. */
  readonly calls: { operation: DiskOperation; path: string; bytes: number }[] = []

  private readonly files = new Files<Content>()
  private readonly directories = new Set<string>()
  private pendingFlushes: (() => void)[] = []

  constructor(private readonly random: Random = new SeededRandom(1)) {}

  open(path: string): DiskFile {
    if (this.files.get(path)) this.enter('open', path)
    else this.change('open', path, 0, () => this.files.set(path, new Content()))
    return new SimFile(this, path)
  }
  size(path: string): number | null {
    return this.files.get(path)?.size ?? null
  }
  list(directory: string): readonly string[] {
    const names = this.files.pathsIn(directory).map(path => path.slice(path.lastIndexOf('/') + 1))
    if (directory !== '') return names
    return [...new Set([...names, ...this.files.directories, ...this.directories])].filter(name => name !== '')
  }
  makeDirectory(path: string): void {
    this.change('makeDirectory', path, 0, () => this.directories.add(path))
  }
  readFile(path: string): Uint8Array | null {
    this.enter('read', path)
    const content = this.files.get(path)
    return content ? content.bytes.slice(0, content.size) : null
  }
  writeFile(path: string, bytes: Uint8Array): void {
    this.change('writeFile', path, bytes.length, () => this.replace(path, bytes))
  }
  private replace(path: string, bytes: Uint8Array): void {
    if (this.roomBytes < bytes.length) this.refuse(path, 'ENOSPC')
    const replaced = this.files.get(path)
    const content = new Content()
    content.write(bytes, 0)
    content.flushedSize = content.size
    content.replaced = replaced ? replaced.bytes.slice(0, replaced.size) : null
    this.files.set(path, content)
  }
  rename(from: string, to: string): void {
    this.change('rename', from, 0, () => {
      const isThere = this.files.rename(from, to)
      if (this.directories.delete(from)) this.directories.add(to)
      else if (!isThere) throw new DiskError(`${from}: no such file`, 'ENOENT')
    })
  }
  /** Who dies while he removes a directory leaves some of its files. */
  remove(path: string): void {
    const dies = this.enter('remove', path)
    const isLeft = () => dies && this.random.below(2) === 0
    if (!isLeft()) this.files.delete(path)
    let leftCount = 0
    for (const other of this.files.pathsIn(path)) {
      if (isLeft()) leftCount++
      else this.files.delete(other)
    }
    if (leftCount === 0) this.directories.delete(path)
    if (dies) this.die()
  }

  space(): DiskSpace {
    return { totalBytes: this.capacityBytes, usableBytes: this.roomBytes }
  }

  /** The flushes that were asked for take place, and their callers hear of it. */
  settle(): void {
    const flushes = this.pendingFlushes
    this.pendingFlushes = []
    for (const flush of flushes) flush()
  }

  /** Everything has reached the medium, as it does on a quiet machine after a while. */
  sync(): void {
    this.settle()
    for (const [, content] of this.files) {
      content.flushedSize = content.size
      content.replaced = undefined
    }
  }

  /** kill -9. What was written stays. */
  kill(): void {
    this.isDead = true
    this.onDeath()
  }
  /** The program starts again; flushes that the one before it asked for come back to nobody. */
  revive(): void {
    this.isDead = false
    this.callsToLive = null
    this.pendingFlushes = []
  }

  /** Loses power: of what was not flushed a random part is left, its end perhaps overwritten with zeros. */
  losePower(): void {
    this.pendingFlushes = []
    for (const [path, content] of [...this.files]) {
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
    for (const [, content] of this.files) sum += content.size
    return sum
  }

  /** What still fits. */
  get roomBytes(): number {
    return this.capacityBytes === Number.POSITIVE_INFINITY ? this.capacityBytes : this.capacityBytes - this.usedBytes
  }

  /** Notes the call and returns whether the program dies in it. @throws DiskError if the test wants it to fail */
  enter(operation: DiskOperation, path: string, bytes = 0): boolean {
    if (this.isDead) throw new Killed(path)
    this.calls.push({ operation, path, bytes })
    const code = this.fault(operation, path)
    if (code !== null) this.refuse(`${path}: ${operation}`, code)
    return operation !== 'read' && this.callsToLive !== null && this.callsToLive-- <= 0
  }
  /** A call that happens or does not: who dies in it may have got either. */
  change(operation: DiskOperation, path: string, bytes: number, run: () => void): void {
    const dies = this.enter(operation, path, bytes)
    if (!dies || this.random.below(2) === 0) run()
    if (dies) this.die()
  }
  /** How much of a write of so many bytes is done by one who dies in it, or whom it fails. */
  partOf(bytes: number): number {
    return this.random.below(bytes + 1)
  }
  die(): never {
    this.kill()
    throw new Killed()
  }
  refuse(what: string, code: string): never {
    this.faultCount++
    throw new DiskError(`${what} failed`, code)
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
    const { disk } = this
    const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0)
    const content = disk.content(this.path)
    let dies: boolean
    try {
      dies = disk.enter('write', this.path, bytes)
    } catch (error) {
      if (error instanceof DiskError && disk.isTearing) put(content, pieces, position, disk.partOf(bytes))
      throw error
    }
    const room = disk.roomBytes + content.size - position
    if (room <= 0 && bytes > 0) disk.refuse(this.path, 'ENOSPC')
    const taken = Math.min(bytes, room)
    if (taken < bytes) disk.faultCount++
    put(content, pieces, position, dies ? disk.partOf(taken) : taken)
    if (dies) disk.die()
    return taken
  }
  read(position: number, length: number): Uint8Array {
    this.disk.enter('read', this.path, length)
    const content = this.disk.content(this.path)
    return content.bytes.slice(position, Math.min(position + length, content.size))
  }
  truncate(size: number): void {
    this.disk.change('truncate', this.path, 0, () => this.disk.content(this.path).truncate(size))
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
  sync(): void {
    this.disk.change('flush', this.path, 0, () => {
      const content = this.disk.content(this.path)
      content.flushedSize = content.size
    })
  }
  close(): void {}
}

/** Writes the first `length` bytes of `pieces`. */
function put(content: Content, pieces: readonly Uint8Array[], position: number, length: number): void {
  let taken = 0
  for (const piece of pieces) {
    const part = piece.subarray(0, length - taken)
    if (part.length === 0) return
    content.write(part, position + taken)
    taken += part.length
  }
}
