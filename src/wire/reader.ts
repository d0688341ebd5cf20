/** Reads Kafka's primitive types from a frame, checking every length against the bytes that remain. @module */
import { noBytes, viewOf } from '../base/bytes.ts'
import { readUuid, type Uuid } from '../base/uuid.ts'
import { MalformedError } from './errors.ts'
import { readInt16, readInt32, readInt64 } from './records/integers.ts'

/** Takes any byte array, needs no view of the part, and is twice as fast as a TextDecoder for short strings. */
const toText = Buffer.prototype.toString
/** Kafka allows no longer string, in either encoding (Short.MAX_VALUE). */
const MAX_TEXT_BYTES = 0x7fff

/**
 * What all arrays of one message may have together. An element of a few bytes becomes an object of a hundred, so that the
 * bytes that remain do not bound memory well enough.
 */
const MAX_ELEMENTS = 1_000_000

/** A cursor over `bytes`. Every method reads one value and moves on, or throws MalformedError. */
export class Reader {
  private elementCount = 0

  constructor(
    private bytes: Uint8Array,
    public position = 0,
    private end = bytes.length,
  ) {}

  get remaining(): number {
    return this.end - this.position
  }

  /** Moves over `length` bytes and returns where they begin. */
  private take(length: number): number {
    const start = this.position
    if (length > this.end - start) throw new MalformedError(`${length} bytes needed, ${this.end - start} left`)
    this.position = start + length
    return start
  }

  bool(): boolean {
    return this.int8() !== 0
  }
  int8(): number {
    return (this.bytes[this.take(1)]! << 24) >> 24
  }
  int16(): number {
    return readInt16(this.bytes, this.take(2))
  }
  uint16(): number {
    return this.int16() & 0xffff
  }
  int32(): number {
    return readInt32(this.bytes, this.take(4))
  }
  uint32(): number {
    return this.int32() >>> 0
  }

  /** Exact between ±2^53; Long.MAX_VALUE and Long.MIN_VALUE come out as ±2^63 and are written back as they were. */
  int64(): number {
    return readInt64(this.bytes, this.take(8))
  }
  float64(): number {
    return viewOf(this.bytes).getFloat64(this.take(8))
  }
  uuid(): Uuid {
    return readUuid(this.bytes, this.take(16))
  }

  /** Seven bits a byte, low bits first, at most 32 bits (ByteUtils.readUnsignedVarint). */
  unsignedVarint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.bytes[this.take(1)]!
      value += shift < 28 ? (byte & 0x7f) << shift : (byte & 0x0f) * 0x1000_0000
      if (byte < 0x80) return value
    }
    throw new MalformedError('a varint of more than five bytes')
  }

  /** The length of a string, bytes or records field: null is -1. */
  length16(): number {
    return this.checkLength(this.int16())
  }
  length32(): number {
    return this.checkLength(this.int32())
  }
  compactLength(): number {
    return this.checkLength(this.unsignedVarint() - 1)
  }

  /** The count of an array whose elements take at least `elementBytes` each: null is -1. */
  count32(elementBytes: number): number {
    return this.checkCount(this.int32(), elementBytes)
  }
  compactCount(elementBytes: number): number {
    return this.checkCount(this.unsignedVarint() - 1, elementBytes)
  }

  private checkLength(length: number): number {
    if (length < -1 || length > this.remaining)
      throw new MalformedError(`length ${length}, ${this.remaining} bytes left`)
    return length
  }
  private checkCount(count: number, elementBytes: number): number {
    if (count < -1 || count * elementBytes > this.remaining) {
      throw new MalformedError(`count ${count}, ${this.remaining} bytes left`)
    }
    this.elementCount += count
    if (this.elementCount > MAX_ELEMENTS) throw new MalformedError(`more than ${MAX_ELEMENTS} array elements`)
    return count
  }

  /** A string of `length` bytes of UTF-8; what is not UTF-8 becomes U+FFFD, as in Java. */
  text(length: number): string {
    if (length > MAX_TEXT_BYTES) throw new MalformedError(`a string of ${length} bytes`)
    const start = this.take(length)
    return toText.call(this.bytes, 'utf8', start, start + length)
  }

  /** A view on the next `length` bytes: never copied. */
  span(length: number): Uint8Array {
    const start = this.take(length)
    return length === 0 ? noBytes : this.bytes.subarray(start, start + length)
  }

  skip(length: number): void {
    this.take(length)
  }
  /** Moves over the tagged fields of a struct that has none known (KIP-482). */
  skipTags(): void {
    for (let count = this.unsignedVarint(); count > 0; count--) {
      this.unsignedVarint()
      this.take(this.unsignedVarint())
    }
  }

  /** Refuses the frame: what was read cannot be. */
  fail(what: string): never {
    throw new MalformedError(what)
  }
}
