/** Cuts a stream of bytes into frames. @module */
import { concatBytes, noBytes, viewOf } from '../base/bytes.ts'
import { MalformedError } from '../wire/errors.ts'
import { LENGTH_BYTES } from '../wire/frame.ts'

/** The first buffer for a frame that comes in parts: it grows with what arrives, not with what the length claims. */
const FIRST_BYTES = 64 * 1024

/**
 * A frame that lies whole in one chunk is handed out as a view of it; one that does not is assembled once. Frames are
 * without their length, and at most `maxFrameBytes` long.
 */
export class FrameCutter {
  private chunk: Uint8Array = noBytes
  private position = 0
  /** The frame that is being assembled, its length field included, and how much of it is there. */
  private partial: Uint8Array | null = null
  private partialLength = 0

  constructor(private readonly maxFrameBytes: number) {}

  /** Adds the next bytes of the stream, which must stay as they are until their frames have been used. */
  feed(chunk: Uint8Array): void {
    if (this.position < this.chunk.length) this.chunk = concatBytes([this.chunk.subarray(this.position), chunk])
    else this.chunk = chunk
    this.position = 0
  }

  /** Whether `next` would do anything: give a frame, or refuse one. */
  get hasNext(): boolean {
    return this.position < this.chunk.length
  }

  /** The next frame, or null until more bytes have come. Throws MalformedError for a length out of bounds. */
  next(): Uint8Array | null {
    if (this.partial) return this.assemble(this.partial)
    const left = this.chunk.length - this.position
    if (left >= LENGTH_BYTES) {
      const length = this.lengthAt(this.chunk, this.position)
      if (left >= LENGTH_BYTES + length) {
        const start = this.position + LENGTH_BYTES
        this.position = start + length
        return this.chunk.subarray(start, this.position)
      }
    }
    if (left > 0) {
      this.partial = new Uint8Array(Math.max(FIRST_BYTES, left))
      this.partialLength = 0
      this.take(this.partial, left)
    }
    return null
  }

  private assemble(partial: Uint8Array): Uint8Array | null {
    if (this.partialLength < LENGTH_BYTES) this.take(partial, LENGTH_BYTES - this.partialLength)
    if (this.partialLength < LENGTH_BYTES) return null
    const end = LENGTH_BYTES + this.lengthAt(partial, 0)
    const missing = end - this.partialLength
    const available = Math.min(missing, this.chunk.length - this.position)
    this.take(this.withRoom(partial, available, end), available)
    if (available < missing || !this.partial) return null
    const frame = this.partial.subarray(LENGTH_BYTES, end)
    this.partial = null
    return frame
  }

  /** The buffer of the partial frame with room for `more` bytes: doubled, and never larger than the frame. */
  private withRoom(partial: Uint8Array, more: number, frameBytes: number): Uint8Array {
    const needed = this.partialLength + more
    if (needed <= partial.length) return partial
    const grown = new Uint8Array(Math.min(Math.max(needed, partial.length * 2), frameBytes))
    grown.set(partial.subarray(0, this.partialLength))
    this.partial = grown
    return grown
  }

  private take(into: Uint8Array, length: number): void {
    const end = Math.min(this.position + length, this.chunk.length)
    into.set(this.chunk.subarray(this.position, end), this.partialLength)
    this.partialLength += end - this.position
    this.position = end
  }

  private lengthAt(bytes: Uint8Array, position: number): number {
    const length = viewOf(bytes).getInt32(position)
    if (length < 0 || length > this.maxFrameBytes) {
      throw new MalformedError(`frame of ${length} bytes, ${this.maxFrameBytes} are allowed (socket.request.max.bytes)`)
    }
    return length
  }
}
