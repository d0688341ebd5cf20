/** Writes Kafka's primitive types; large byte strings are passed on as they are. @module */
import { assert } from '../base/assert.ts'
import { concatBytes } from '../base/bytes.ts'
import { type Uuid, writeUuid } from '../base/uuid.ts'

const utf8 = new TextEncoder()
const INITIAL_BYTES = 16 * 1024
/** A buffer grown past this is given back at `reset`, so that one huge answer does not stay in memory. */
const KEPT_BYTES = 1024 * 1024
/** From here on a byte string is cheaper to send from where it lies than to copy. */
const PIECE_BYTES = 8 * 1024
const SHORT_TEXT = 64
/** Kafka allows no longer string, in either encoding (Short.MAX_VALUE). */
const MAX_TEXT_BYTES = 0x7fff
const TWO_63 = 2 ** 63

/**
 * A growing buffer and the list of pieces that it and large byte strings make together. The pieces are views of
 * the buffer: they are good until `reset`, which the owner calls when they are sent or copied.
 */
export class Writer {
  private bytes: Uint8Array
  private view: DataView
  private position = 0
  /** Where the bytes begin that are not yet in `pieces`. */
  private start = 0
  private readonly pieces: Uint8Array[] = []
  private piecesBytes = 0
  private frameBytes: DataView | null = null
  private framePosition = 0
  private frameStartBytes = 0

  constructor(initialBytes = INITIAL_BYTES) {
    this.bytes = new Uint8Array(initialBytes)
    this.view = new DataView(this.bytes.buffer)
  }

  /** Bytes written since `reset`. */
  get size(): number {
    return this.piecesBytes + this.position - this.start
  }

  /** Begins a frame: four bytes of length, filled in by `endFrame`. */
  beginFrame(): void {
    const at = this.take(4)
    this.frameBytes = this.view
    this.framePosition = at
    this.frameStartBytes = this.size
  }
  endFrame(): void {
    this.frameBytes?.setInt32(this.framePosition, this.size - this.frameStartBytes)
    this.frameBytes = null
  }

  /** All that was written, in order; the list is emptied by `reset`. */
  finish(): readonly Uint8Array[] {
    this.cut()
    return this.pieces
  }
  /** All that was written, as one new array that is the caller's own. */
  toBytes(): Uint8Array {
    if (this.pieces.length === 0) return this.bytes.slice(this.start, this.position)
    const joined = concatBytes(this.finish())
    return this.pieces.length === 1 ? joined.slice() : joined
  }
  /** Forgets everything; earlier pieces are no longer valid. */
  reset(): void {
    if (this.bytes.length > KEPT_BYTES) {
      this.bytes = new Uint8Array(INITIAL_BYTES)
      this.view = new DataView(this.bytes.buffer)
    }
    this.position = this.start = this.piecesBytes = 0
    this.pieces.length = 0
    this.frameBytes = null
  }

  private cut(): void {
    if (this.position === this.start) return
    this.pieces.push(this.bytes.subarray(this.start, this.position))
    this.piecesBytes += this.position - this.start
    this.start = this.position
  }

  /** Makes room for `length` bytes and returns where they begin. */
  private take(length: number): number {
    const at = this.position
    if (at + length > this.bytes.length) return this.grow(length)
    this.position = at + length
    return at
  }
  private grow(length: number): number {
    const unsent = this.bytes.subarray(this.start, this.position)
    const old = this.view
    const frameAt = this.framePosition - this.start
    this.bytes = new Uint8Array(Math.max(this.bytes.length * 2, unsent.length + length))
    this.view = new DataView(this.bytes.buffer)
    this.bytes.set(unsent)
    if (this.frameBytes === old && frameAt >= 0) {
      this.frameBytes = this.view
      this.framePosition = frameAt
    }
    this.start = 0
    this.position = unsent.length + length
    return unsent.length
  }

  bool(value: boolean): void {
    this.int8(value ? 1 : 0)
  }
  int8(value: number): void {
    const at = this.take(1)
    this.view.setInt8(at, value)
  }
  int16(value: number): void {
    const at = this.take(2)
    this.view.setInt16(at, value)
  }
  uint16(value: number): void {
    const at = this.take(2)
    this.view.setUint16(at, value)
  }
  int32(value: number): void {
    const at = this.take(4)
    this.view.setInt32(at, value)
  }
  uint32(value: number): void {
    const at = this.take(4)
    this.view.setUint32(at, value)
  }
  /** Exact between ±2^53, saturating at Long.MAX_VALUE and Long.MIN_VALUE. */
  int64(value: number): void {
    const at = this.take(8)
    if (value >= TWO_63) {
      this.view.setInt32(at, 0x7fff_ffff)
      this.view.setUint32(at + 4, 0xffff_ffff)
    } else {
      this.view.setInt32(at, Math.max(Math.floor(value / 0x1_0000_0000), -0x8000_0000))
      this.view.setUint32(at + 4, value < -TWO_63 ? 0 : value)
    }
  }
  float64(value: number): void {
    const at = this.take(8)
    this.view.setFloat64(at, value)
  }
  uuid(value: Uuid): void {
    const at = this.take(16)
    writeUuid(this.bytes, at, value)
  }
  unsignedVarint(value: number): void {
    let rest = value
    while (rest > 0x7f) {
      this.int8((rest & 0x7f) | 0x80)
      rest >>>= 7
    }
    this.int8(rest)
  }

  string(value: string | null): void {
    this.text(value, false)
  }
  compactString(value: string | null): void {
    this.text(value, true)
  }
  private text(value: string | null, isCompact: boolean): void {
    if (value === null) {
      if (isCompact) this.int8(0)
      else this.int16(-1)
    } else if (value.length > SHORT_TEXT || !this.ascii(value, isCompact)) {
      const encoded = utf8.encode(value)
      assert(encoded.length <= MAX_TEXT_BYTES, `a string of ${encoded.length} bytes cannot be written`)
      if (isCompact) this.unsignedVarint(encoded.length + 1)
      else this.int16(encoded.length)
      this.span(encoded)
    }
  }
  /** Writes a short ASCII string, whose compact length is one byte; writes nothing where `value` is not ASCII. */
  private ascii(value: string, isCompact: boolean): boolean {
    const length = value.length
    if (isCompact) this.int8(length + 1)
    else this.int16(length)
    const at = this.take(length)
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i)
      if (code > 0x7f) {
        this.position = at - (isCompact ? 1 : 2)
        return false
      }
      this.bytes[at + i] = code
    }
    return true
  }

  /** Bytes without a length: copied when few, sent from where they lie when many. */
  span(value: Uint8Array): void {
    if (value.length < PIECE_BYTES) {
      const at = this.take(value.length)
      this.bytes.set(value, at)
      return
    }
    this.cut()
    this.pieces.push(value)
    this.piecesBytes += value.length
  }
  /** Copies `value` whatever its size. */
  copy(value: Uint8Array): void {
    const at = this.take(value.length)
    this.bytes.set(value, at)
  }
  /** Copies all that `other` has written. */
  copyOf(other: Writer): void {
    for (const piece of other.finish()) this.copy(piece)
  }
}

/** The bytes that a list of pieces has together. */
export function piecesSize(pieces: readonly Uint8Array[]): number {
  let size = 0
  for (const piece of pieces) size += piece.length
  return size
}
