/** Cuts a stream of bytes into frames. @module */
import { concatBytes, noBytes, viewOf } from '../base/bytes.ts'
import { MalformedError } from '../wire/errors.ts'
import { LENGTH_BYTES } from '../wire/frame.ts'

/** A frame that comes in parts gets its whole buffer at once up to this size; beyond it grows with what arrives. */
const TRUSTED_BYTES = 1024 * 1024
/** A buffer larger than this is not kept for the next frame. */
const KEPT_BYTES = 4 * 1024 * 1024

/** Buffers for frames that come in parts, shared by connections: the one used last is used again. */
export class FrameBuffers {
  private spare: Uint8Array | null = null

  take(leastBytes: number): Uint8Array {
    const { spare } = this
    this.spare = null
    return spare && spare.length >= leastBytes ? spare : new Uint8Array(leastBytes)
  }

  give(buffer: Uint8Array): void {
    if (buffer.length <= KEPT_BYTES) this.spare = buffer
  }
}

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
  /** The buffers of frames that were assembled and given out, until `recycle`. */
  private readonly used: Uint8Array[] = []

  constructor(
    private readonly maxFrameBytes: number,
    private readonly buffers: FrameBuffers,
  ) {}

  /** Every frame that was given out has been used: what was assembled may be overwritten. */
  recycle(): void {
    for (const buffer of this.used.splice(0)) this.buffers.give(buffer)
  }

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
    if (left === 0) return null
    let frameBytes = LENGTH_BYTES
    if (left >= LENGTH_BYTES) {
      frameBytes += this.lengthAt(this.chunk, this.position)
      if (left >= frameBytes) {
        const start = this.position + LENGTH_BYTES
        this.position += frameBytes
        return this.chunk.subarray(start, this.position)
      }
    }
    this.partial = this.buffers.take(Math.max(left, Math.min(frameBytes, TRUSTED_BYTES)))
    this.partialLength = 0
    this.take(this.partial, left)
    return null
  }

  private assemble(partial: Uint8Array): Uint8Array | null {
    if (this.partialLength < LENGTH_BYTES) this.take(partial, LENGTH_BYTES - this.partialLength)
    if (this.partialLength < LENGTH_BYTES) return null
    const frameBytes = LENGTH_BYTES + this.lengthAt(partial, 0)
    const missing = frameBytes - this.partialLength
    const available = Math.min(missing, this.chunk.length - this.position)
    const buffer = this.withRoom(partial, available, frameBytes)
    this.take(buffer, available)
    if (available < missing) return null
    this.partial = null
    this.used.push(buffer)
    return buffer.subarray(LENGTH_BYTES, frameBytes)
  }

  /** The buffer of the partial frame with room for `more` bytes: doubled, and never larger than is trusted or needed. */
  private withRoom(partial: Uint8Array, more: number, frameBytes: number): Uint8Array {
    const needed = this.partialLength + more
    if (needed <= partial.length) return partial
    const grown = new Uint8Array(Math.max(needed, Math.min(frameBytes, Math.max(TRUSTED_BYTES, partial.length * 2))))
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
