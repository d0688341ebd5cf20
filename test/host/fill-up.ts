/** Run on a disk of about 1 MiB: fills a file there and prints what happened. `bun fill-up.ts DIRECTORY` @module */
import { FileDisk } from '../../src/host/file-disk.ts'
import { DiskError } from '../../src/log/disk.ts'

const piece = new Uint8Array(300 * 1024).fill(7)

/** What a disk that is full does, step by step. */
export interface FullDiskReport {
  readonly pieceBytes: number
  /** Of four pieces in one write. */
  readonly takenBytes: number
  readonly sizeBytes: number
  /** What the next write says. */
  readonly code: string | null
  readonly sizeAfterErrorBytes: number
  /** Of one piece, after the file was cut to one piece. */
  readonly takenAfterTruncationBytes: number
}

const [directory] = process.argv.slice(2)
if (directory) console.log(JSON.stringify(fillUp(directory)))

function fillUp(directory: string): FullDiskReport {
  const file = new FileDisk(directory).open('a.log')
  const takenBytes = file.write([piece, piece, piece, piece], 0)
  const sizeBytes = file.size
  const code = codeOf(() => file.write([piece], takenBytes))
  const sizeAfterErrorBytes = file.size
  file.truncate(piece.length)
  const takenAfterTruncationBytes = file.write([piece], piece.length)
  return { pieceBytes: piece.length, takenBytes, sizeBytes, code, sizeAfterErrorBytes, takenAfterTruncationBytes }
}

function codeOf(act: () => unknown): string | null {
  try {
    act()
    return null
  } catch (error) {
    if (error instanceof DiskError) return error.code
    throw error
  }
}
