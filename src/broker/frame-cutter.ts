/** Cuts a stream of bytes into frames. @module */
import { concatBytes, noBytes } from '../base/bytes.ts'
import { MalformedError } from '../wire/errors.ts'
import { LENGTH_BYTES } from '../wire/frame.ts'
import { readInt32 } from '../wire/records/integers.ts'

/**
 * A frame that comes in parts gets a buffer for this many times of what has come, up to a size; from there on the buffer
 * doubles. So frames of ordinary sizes are hardly copied, and a length that lies costs no more than what was sent for it.
 */
const TRUST = 8
const TRUSTED_BYTES = 1024 * 1024
/** For the first bytes of a frame. */
const FIRST_BYTES = 16 * 1024
/** A buffer larger than this is not kept for the next frame. */
const KEPT_BYTES = 4 * 1024 * 1024

/** Buffers for frames that come in parts, shared by connections: the one used last is used again. */
export class FrameBuffers {
  private spare: Uint8Array<ArrayBuffer> | null = null

  take(leastBytes: number): Uint8Array<ArrayBuffer> {
    const { spare } = this
    if (!spare || spare.length < leastBytes) return new Uint8Array(leastBytes)
    this.spare = null
    return spare
  }

  /** Takes back a buffer that nobody looks at any more: what is not kept is freed now, and not when garbage is collected. */
  give(buffer: Uint8Array<ArrayBuffer>): void {
    const isKept = buffer.length <= KEPT_BYTES && buffer.length >= (this.spare?.length ?? 0)
    const unwanted = isKept ? this.spare : buffer
    if (isKept) this.spare = buffer
    unwanted?.buffer.transfer(0)
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
  private partial: Uint8Array<ArrayBuffer> | null = null
  private partialLength = 0
  /** The buffers of frames that were assembled and given out, until `recycle`. */
  private readonly used: Uint8Array<ArrayBuffer>[] = []

  constructor(
    private readonly maxFrameBytes: number,
    private readonly buffers: FrameBuffers,
  ) {}

  /** Bytes of the buffers that wait for more input, or for their frames to be asked for. */
  get heldBytes(): number {
    const chunkBytes = this.hasNext ? this.chunk.length : 0
    return chunkBytes + (this.partial?.length ?? 0)
  }

  /** Every frame that was given out has been used: what was assembled may be overwritten. */
  recycle(): void {
    if (!this.hasNext) this.forgetChunk()
    for (const buffer of this.used) this.buffers.give(buffer)
    this.used.length = 0
  }

  /** Adds the next bytes of the stream, which must stay as they are until their frames have been used. */
  feed(chunk: Uint8Array): void {
    if (this.position < this.chunk.length) this.chunk = concatBytes([this.chunk.subarray(this.position), chunk])
    else this.chunk = chunk
    this.position = 0
  }

  /** Nothing more will come or be asked for. */
  close(): void {
    this.forgetChunk()
    if (this.partial) this.buffers.give(this.partial)
    this.partial = null
  }

  /** An idle connection must not keep up to half a MiB alive. */
  private forgetChunk(): void {
    this.chunk = noBytes
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
    this.partial = this.buffers.take(Math.max(left, Math.min(frameBytes, trustedBytes(left))))
    this.partialLength = 0
    this.take(this.partial, left)
    return null
  }

  private assemble(partial: Uint8Array<ArrayBuffer>): Uint8Array | null {
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
  private withRoom(partial: Uint8Array<ArrayBuffer>, more: number, frameBytes: number): Uint8Array<ArrayBuffer> {
    const needed = this.partialLength + more
    if (needed <= partial.length) return partial
    const wanted = Math.max(trustedBytes(needed), partial.length * 2)
    const grown = this.buffers.take(Math.max(needed, Math.min(frameBytes, wanted)))
    grown.set(partial.subarray(0, this.partialLength))
    this.buffers.give(partial)
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
    const length = readInt32(bytes, position)
    if (length < 0 || length > this.maxFrameBytes) {
      throw new MalformedError(`frame of ${length} bytes, ${this.maxFrameBytes} are allowed (socket.request.max.bytes)`)
    }
    return length
  }
}

function trustedBytes(arrivedBytes: number): number {
  return Math.min(Math.max(arrivedBytes * TRUST, FIRST_BYTES), TRUSTED_BYTES)
}
