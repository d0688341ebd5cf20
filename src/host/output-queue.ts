/** What a connection sends: in few writes, and without losing what the socket does not take at once. @module */

/** The part of a socket that takes bytes. */
export interface Sink {
  /** Returns how many of the bytes it took: all, some, 0 while it is full, -1 once it is closed. */
  write(bytes: Uint8Array, offset: number, length: number): number
}

/**
 * Pieces below this are joined into one write, with the head of a big one that follows: a write of a few bytes wakes the
 * client for them. What is left of a big one is written from where it lies.
 */
const JOINT_BYTES = 64 * 1024
/** The codec's writer uses buffers of up to this size again (src/wire/writer.ts): what lies in one must be copied. */
const REUSED_BYTES = 1024 * 1024

/** Where pieces are joined. A write returns before the next begins, so one serves all connections. */
const joint = new Uint8Array(JOINT_BYTES)

export class OutputQueue {
  private readonly pieces: Uint8Array[] = []
  /** Bytes of the first piece that are gone. */
  private offset = 0
  private unsentBytes = 0

  constructor(private readonly sink: Sink) {}

  /** Bytes that the sink has not taken yet. */
  get queuedBytes(): number {
    return this.unsentBytes
  }

  /** Sends `pieces`, which the caller may change after the call, and returns the bytes that are still queued. */
  send(pieces: readonly Uint8Array[]): number {
    const ownCount = this.pieces.length
    for (const piece of pieces) {
      if (piece.length === 0) continue
      this.pieces.push(piece)
      this.unsentBytes += piece.length
    }
    if (ownCount === 0) this.drain()
    for (let i = ownCount; i < this.pieces.length; i++) this.pieces[i] = own(this.pieces[i]!)
    return this.unsentBytes
  }

  /** Sends on, until the sink is full or nothing is left. */
  drain(): void {
    let sentCount = 0
    for (let piece = this.pieceAt(0); piece; piece = this.pieceAt(sentCount)) {
      const leftBytes = piece.length - this.offset
      const isJoined = leftBytes < JOINT_BYTES && sentCount + 1 < this.pieces.length
      const length = isJoined ? this.join(sentCount) : leftBytes
      const written = this.sink.write(isJoined ? joint : piece, isJoined ? 0 : this.offset, length)
      if (written < 0) {
        this.clear()
        return
      }
      sentCount = this.advance(sentCount, written)
      if (written < length) break
    }
    if (sentCount === this.pieces.length) this.pieces.length = 0
    else this.pieces.splice(0, sentCount)
  }

  clear(): void {
    this.pieces.length = 0
    this.offset = this.unsentBytes = 0
  }

  /** Fills the joint with what is left of the pieces from `first` on; returns the bytes that are in it. */
  private join(first: number): number {
    let length = 0
    let offset = this.offset
    for (let i = first; length < JOINT_BYTES; i++) {
      const piece = this.pieceAt(i)
      if (!piece) break
      const end = Math.min(piece.length, offset + JOINT_BYTES - length)
      joint.set(offset === 0 && end === piece.length ? piece : piece.subarray(offset, end), length)
      length += end - offset
      offset = 0
    }
    return length
  }

  private pieceAt(index: number): Uint8Array | undefined {
    const piece = this.pieces[index]
    if (piece?.length === 0) throw new Error('bytes that were to be sent have been unmapped')
    return piece
  }

  /** Takes note that `written` bytes from the piece at `index` on are gone; returns the piece to go on with. */
  private advance(index: number, written: number): number {
    this.unsentBytes -= written
    this.offset += written
    for (let piece = this.pieces[index]; piece && this.offset >= piece.length; piece = this.pieces[index]) {
      this.offset -= piece.length
      index++
    }
    return index
  }
}

function own(piece: Uint8Array): Uint8Array {
  return piece.buffer.byteLength <= REUSED_BYTES ? new Uint8Array(piece) : piece
}
