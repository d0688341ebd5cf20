/** The records of a magic-2 batch (Kafka's DefaultRecord): stepped over where they lie, or read into values. @module */

import { ErrorCode } from '../errors.ts'
import { BATCH, type BatchHeader, codecOf, NO_TIMESTAMP, timestampTypeOf } from './batch.ts'
import { CompressionCodec, decompress } from './compression/index.ts'
import { RecordError } from './record-error.ts'

export interface RecordHeader {
  readonly key: string
  readonly value: Uint8Array | null
  /** The key's bytes where they are no UTF-8, and `key` has U+FFFD for what is not. */
  readonly keyBytes?: Uint8Array
}

/** One record. Keys and values are views of the bytes it was read from. */
export interface RecordEntry {
  readonly offset: number
  readonly timestamp: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly RecordHeader[]
}

/** What one walk over a batch's records finds out. */
export interface RecordWalk {
  /** Of all records, at least `NO_TIMESTAMP`. */
  readonly maxTimestamp: number
  /** Of the records that have a timestamp; Infinity if none has. */
  readonly minTimestamp: number
  readonly keylessCount: number
  /** Whether the offset deltas are 0, 1, 2, … */
  readonly isSequential: boolean
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
const strictUtf8 = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true })

function headerKey(bytes: Uint8Array): Pick<RecordHeader, 'key' | 'keyBytes'> {
  try {
    return { key: strictUtf8.decode(bytes) }
  } catch {
    return { key: utf8.decode(bytes), keyBytes: bytes }
  }
}

/**
 * Steps from record to record without allocating: `next()` sets the fields. Reads beyond the end give zeros, and a record
 * that does not end where its length says is refused, so that single fields need no check of their own.
 */
export class RecordCursor {
  timestampDelta = 0
  offsetDelta = 0
  keyPosition = 0
  /** -1 for a null key. */
  keyBytes = 0
  valuePosition = 0
  /** -1 for a null value. */
  valueBytes = 0
  headersPosition = 0
  headerCount = 0

  constructor(
    readonly bytes: Uint8Array,
    private position: number,
    private readonly end: number,
  ) {}

  get isAtEnd(): boolean {
    return this.position === this.end
  }

  /** Steps over the next record. @throws RecordError INVALID_RECORD */
  next(): void {
    const bodyBytes = this.varint()
    const end = this.position + bodyBytes
    if (bodyBytes < 0 || end > this.end) throw invalid(`Invalid record size: ${bodyBytes} bytes`)
    this.position++ // the record's own attributes: Kafka has no use for them
    this.timestampDelta = this.varlong()
    this.offsetDelta = this.varint()
    this.keyBytes = this.varint()
    this.keyPosition = this.position
    if (this.keyBytes > 0) this.position += this.keyBytes
    this.valueBytes = this.varint()
    this.valuePosition = this.position
    if (this.valueBytes > 0) this.position += this.valueBytes
    this.headerCount = this.varint()
    this.headersPosition = this.position
    if (this.headerCount !== 0) this.skipHeaders(end)
    if (this.position !== end) throw invalid(`Invalid record size: ${bodyBytes} bytes do not end the record`)
  }

  /** The current record as a value. */
  entry(baseOffset: number, timestamp: number): RecordEntry {
    return {
      offset: baseOffset + this.offsetDelta,
      timestamp,
      key: this.view(this.keyPosition, this.keyBytes),
      value: this.view(this.valuePosition, this.valueBytes),
      headers: this.headerCount === 0 ? NO_HEADERS : this.headers(),
    }
  }

  private headers(): RecordHeader[] {
    const next = this.position
    this.position = this.headersPosition
    const headers: RecordHeader[] = []
    for (let left = this.headerCount; left > 0; left--) {
      const keyBytes = this.varint()
      const key = headerKey(this.bytes.subarray(this.position, this.position + keyBytes))
      this.position += keyBytes
      const valueBytes = this.varint()
      headers.push({ ...key, value: this.view(this.position, valueBytes) })
      if (valueBytes > 0) this.position += valueBytes
    }
    this.position = next
    return headers
  }

  private skipHeaders(end: number): void {
    if (this.headerCount < 0 || this.headerCount > end - this.position) {
      throw invalid(`Found invalid number of record headers ${this.headerCount}`)
    }
    for (let left = this.headerCount; left > 0; left--) {
      const keyBytes = this.varint()
      if (keyBytes < 0) throw invalid(`Invalid negative header key size ${keyBytes}`)
      this.position += keyBytes
      const valueBytes = this.varint()
      if (valueBytes > 0) this.position += valueBytes
    }
  }

  private view(position: number, lengthBytes: number): Uint8Array | null {
    return lengthBytes < 0 ? null : this.bytes.subarray(position, position + lengthBytes)
  }

  /** An int32; the two shortest forms, which nearly all are, without a loop. */
  private varint(): number {
    const { bytes, position } = this
    const first = bytes[position]!
    if (first < 0x80) {
      this.position = position + 1
      return (first >>> 1) ^ -(first & 1)
    }
    const second = bytes[position + 1]!
    if (second < 0x80) {
      this.position = position + 2
      return ((first & 0x7f) >>> 1) ^ (second << 6) ^ -(first & 1)
    }
    return this.longVarint()
  }

  private longVarint(): number {
    let raw = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.bytes[this.position++]!
      raw |= (byte & 0x7f) << shift
      if ((byte & 0x80) === 0) return (raw >>> 1) ^ -(raw & 1)
    }
    throw invalid('Varint is too long')
  }

  /** An int64, rounded beyond ±2^53; up to three bytes it is an int32. */
  private varlong(): number {
    const { bytes, position } = this
    if (bytes[position]! < 0x80 || bytes[position + 1]! < 0x80 || bytes[position + 2]! < 0x80) return this.varint()
    const isNegative = (bytes[position]! & 1) !== 0
    let raw = 0
    for (let weight = 1; weight < 2 ** 70; weight *= 0x80) {
      const byte = bytes[this.position++]!
      raw += (byte & 0x7f) * weight
      if ((byte & 0x80) === 0) return isNegative ? -Math.floor(raw / 2) - 1 : raw / 2
    }
    throw invalid('Varlong is too long')
  }
}

const NO_HEADERS: readonly RecordHeader[] = []

const NO_RECORDS: RecordWalk = {
  maxTimestamp: NO_TIMESTAMP,
  minTimestamp: Number.POSITIVE_INFINITY,
  keylessCount: 0,
  isSequential: true,
}

function invalid(message: string): RecordError {
  return new RecordError(ErrorCode.INVALID_RECORD, message)
}

/**
 * A cursor before the first record of the magic-2 batch that `header` describes in `bytes`; compressed records are
 * decompressed first. @throws RecordError if they cannot be, or would take more than `maxBytes`
 */
export function openRecords(bytes: Uint8Array, header: BatchHeader, maxBytes: number): RecordCursor {
  if (header.recordCount < 0) throw invalid(`Found invalid record count ${header.recordCount} in magic v2 batch`)
  const start = header.position + BATCH.records
  const end = header.position + header.sizeBytes
  const codec = codecOf(header.attributes)
  if (codec === CompressionCodec.NONE) return new RecordCursor(bytes, start, end)
  const records = decompress(codec, bytes.subarray(start, end), maxBytes)
  return new RecordCursor(records, 0, records.length)
}

function requireEnd(cursor: RecordCursor): void {
  if (!cursor.isAtEnd) throw invalid('Incorrect declared batch size, records still remaining in file')
}

/**
 * The records of one magic-2 batch. `maxBytes` bounds what compressed records may grow to.
 * @throws RecordError INVALID_RECORD for broken records or compression, MESSAGE_TOO_LARGE above `maxBytes`
 */
export function readRecords(bytes: Uint8Array, header: BatchHeader, maxBytes: number): RecordEntry[] {
  if (header.recordCount === 0) return []
  const cursor = openRecords(bytes, header, maxBytes)
  const records: RecordEntry[] = []
  for (let left = header.recordCount; left > 0; left--) {
    cursor.next()
    records.push(entryAt(cursor, header))
  }
  requireEnd(cursor)
  return records
}

function entryAt(cursor: RecordCursor, header: BatchHeader): RecordEntry {
  const isStamped = timestampTypeOf(header.attributes) === 'LogAppendTime'
  const timestamp = isStamped ? header.maxTimestamp : header.baseTimestamp + cursor.timestampDelta
  return cursor.entry(header.baseOffset, timestamp)
}

/**
 * As `readRecords`, one by one: those before `offset` are stepped over, and who stops early reads no further.
 * @throws RecordError as `readRecords`
 */
export function* recordsFrom(
  bytes: Uint8Array,
  header: BatchHeader,
  maxBytes: number,
  offset: number,
): Generator<RecordEntry, void> {
  if (header.recordCount === 0) return
  const cursor = openRecords(bytes, header, maxBytes)
  for (let left = header.recordCount; left > 0; left--) {
    cursor.next()
    if (header.baseOffset + cursor.offsetDelta >= offset) yield entryAt(cursor, header)
  }
  requireEnd(cursor)
}

/**
 * Checks the structure of every record of one magic-2 batch as `readRecords` does, and reads none: nothing is allocated
 * per record. @throws RecordError as `readRecords`
 */
export function walkRecords(bytes: Uint8Array, header: BatchHeader, maxBytes: number): RecordWalk {
  if (header.recordCount === 0) return NO_RECORDS
  const cursor = openRecords(bytes, header, maxBytes)
  const count = header.recordCount
  const stamp = timestampTypeOf(header.attributes) === 'LogAppendTime' ? header.maxTimestamp : null
  let maxTimestamp = NO_TIMESTAMP
  let minTimestamp = Number.POSITIVE_INFINITY
  let keylessCount = 0
  let isSequential = true
  for (let index = 0; index < count; index++) {
    cursor.next()
    const timestamp = stamp ?? header.baseTimestamp + cursor.timestampDelta
    if (timestamp > maxTimestamp) maxTimestamp = timestamp
    if (timestamp < minTimestamp && timestamp !== NO_TIMESTAMP) minTimestamp = timestamp
    if (cursor.keyBytes < 0) keylessCount++
    if (cursor.offsetDelta !== index) isSequential = false
  }
  requireEnd(cursor)
  return { maxTimestamp, minTimestamp, keylessCount, isSequential }
}
