/**
 * Reads without copying: windows of files, mapped into memory as they fill.
 *
 * A mapping has a fixed length, so only a window that lies wholly within its file is mapped. Mapped bytes count as
 * garbage-collected heap, and the collector lets as much garbage grow beside them: hence the cap.
 * @module
 */
import { assert } from '../base/assert.ts'

const MIB = 1024 * 1024

/** In bytes; a mapping begins and ends with a page of the system. */
export interface WindowSizes {
  readonly window: number
  /** From the begin of one window to that of the next. The rest, in which they overlap, is what consumers ask for at a time. */
  readonly stride: number
  /** Of all windows together. */
  readonly cap: number
}

const SIZES: WindowSizes = { window: 16 * MIB, stride: 15 * MIB, cap: 128 * MIB }

/** One file's windows, by index. The file's owner keeps it. */
export class FileWindows {
  readonly byIndex = new Map<number, Window>()
  constructor(readonly absolutePath: string) {}
}

interface Window {
  readonly file: FileWindows
  readonly index: number
  readonly bytes: Uint8Array<ArrayBuffer>
}

type MapFile = (path: string, options: { offset: number; size: number; shared: boolean }) => Uint8Array<ArrayBuffer>

export class MappedWindows {
  /** Least recently used first. */
  private readonly windows = new Set<Window>()
  private latest: Window | null = null
  private isBroken = false

  constructor(
    private readonly sizes = SIZES,
    private readonly map: MapFile = Bun.mmap,
  ) {}

  /** Bytes that are mapped and not yet left to the collector. */
  get mappedBytes(): number {
    return this.windows.size * this.sizes.window
  }

  /** A view of `length` bytes at `position`, or null where no one window has them: then they must be read. */
  view(file: FileWindows, position: number, length: number, fileBytes: number): Uint8Array | null {
    const index = Math.floor(position / this.sizes.stride)
    const start = index * this.sizes.stride
    const end = start + this.sizes.window
    if (position + length > end || end > fileBytes) return null
    const window = file.byIndex.get(index) ?? this.open(file, index)
    if (!window) return null
    this.use(window)
    return window.bytes.subarray(position - start, position - start + length)
  }

  /** Leaves the windows of `file` to the collector: views of them may still wait in a socket's queue. */
  forget(file: FileWindows): void {
    for (const window of file.byIndex.values()) this.drop(window)
  }

  /**
   * Unmaps every window of `file` that reaches beyond `size`, at once: touching mapped bytes that are no longer in the
   * file ends the process. Views of them become empty.
   */
  unmapBeyond(file: FileWindows, size: number): void {
    for (const window of file.byIndex.values()) {
      if (window.index * this.sizes.stride + this.sizes.window <= size) continue
      this.drop(window)
      window.bytes.buffer.transfer(0)
      assert(window.bytes.length === 0, `${file.absolutePath} is still mapped beyond ${size}`)
    }
  }

  private open(file: FileWindows, index: number): Window | null {
    if (this.isBroken) return null
    const { window: size, stride } = this.sizes
    try {
      // A private mapping: a stray write to a view cannot reach the file.
      const bytes = this.map(file.absolutePath, { offset: index * stride, size, shared: false })
      const window = { file, index, bytes }
      file.byIndex.set(index, window)
      this.windows.add(window)
      this.evict()
      return window
    } catch {
      this.isBroken = true
      return null
    }
  }

  private use(window: Window): void {
    if (window === this.latest) return
    this.windows.delete(window)
    this.windows.add(window)
    this.latest = window
  }

  private evict(): void {
    for (const oldest of this.windows) {
      if (this.mappedBytes <= this.sizes.cap) return
      this.drop(oldest)
    }
  }

  private drop(window: Window): void {
    window.file.byIndex.delete(window.index)
    this.windows.delete(window)
    if (this.latest === window) this.latest = null
  }
}
