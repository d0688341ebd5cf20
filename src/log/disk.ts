/**
 * The port to files: all that the log asks of the world. `host/file-disk.ts` implements it on a file system,
 * `test/sim/disk.ts` in memory with faults. Calls are synchronous; only a flush comes back later.
 * @module
 */

/** A call to the disk failed: no space, no permission, an I/O error. The operation had no effect beyond what it says. */
export class DiskError extends Error {
  override readonly name = 'DiskError'
  constructor(
    message: string,
    /** The system's name of the error, as in 'ENOSPC'. */
    readonly code: string,
  ) {
    super(message)
  }
}

/** What a disk can hold, and how much more it can take. */
export interface DiskSpace {
  readonly totalBytes: number
  readonly usableBytes: number
}

/** Paths are relative to the data directory and separated by '/'. Every method may throw DiskError. */
export interface Disk {
  /** A file, made empty if it is missing. It holds no handle until it is used, and may lose and regain it any time. */
  open(path: string): DiskFile
  /** The size of a file in bytes, or null where there is none. */
  size(path: string): number | null
  /** The names in a directory, in no order; empty where there is none. */
  list(directory: string): readonly string[]
  makeDirectory(path: string): void
  /** The whole of a small file, or null where there is none. */
  readFile(path: string): Uint8Array | null
  /** Replaces a small file as a whole: after a crash it is the old one or the new one. */
  writeFile(path: string, bytes: Uint8Array): void
  rename(from: string, to: string): void
  /** Removes a file or a directory with all that is in it; nothing happens where there is none. */
  remove(path: string): void
  space(): DiskSpace
}

/** Sizes and positions are bytes. Every method may throw DiskError. */
export interface DiskFile {
  readonly path: string
  readonly size: number
  /**
   * Writes `pieces` one after the other at `position` in one call and returns the bytes taken: less than all on a disk
   * that fills up, and then the next call throws.
   */
  write(pieces: readonly Uint8Array[], position: number): number
  /**
   * The bytes from `position`, `length` of them or fewer at the end of the file: a view of mapped memory or an array of
   * its own, good until the file is truncated below its end.
   */
  read(position: number, length: number): Uint8Array
  truncate(size: number): void
  /** Asks for the file to reach the medium; `done` is called later, once, with the error if there was one. */
  flush(done: (error: DiskError | null) => void): void
  /** Returns once the file has reached the medium: nobody is served meanwhile. */
  sync(): void
  /** Gives back handle and mappings. The file may be used again. */
  close(): void
}
