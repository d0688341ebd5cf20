/** Records ⇄ messages in JSON. Bytes that are no UTF-8 are base64, and say so. @module */
import { isUtf8 } from 'node:buffer'
import type { RecordToWrite } from '../../wire/records/batch-encoder.ts'
import type { RecordEntry, RecordHeader } from '../../wire/records/record.ts'
import type { Encoding, NewHeader, NewMessage } from './new-messages.ts'

/** A record as it is shown. */
export interface Message {
  readonly partition: number
  readonly offset: number
  /** Milliseconds since 1970, or -1 where the record has none. */
  readonly timestamp: number
  readonly key: string | null
  /** Says that `key` is base64; left out where it is the text itself. */
  readonly key_encoding?: 'base64'
  /** Null is a tombstone. */
  readonly value: string | null
  readonly value_encoding?: 'base64'
  /** In their order; a key may come twice. */
  readonly headers: readonly MessageHeader[]
}

export interface MessageHeader {
  readonly key: string
  readonly key_encoding?: 'base64'
  readonly value: string | null
  readonly value_encoding?: 'base64'
}

export function messageOf(record: RecordEntry, partition: number): Message {
  const { offset, timestamp } = record
  return {
    partition,
    offset,
    timestamp,
    ...shownKey(record.key),
    ...shownValue(record.value),
    headers: record.headers.map(headerOf),
  }
}

function headerOf({ key, keyBytes, value }: RecordHeader): MessageHeader {
  const shown = keyBytes ? { key: base64(keyBytes), key_encoding: 'base64' as const } : { key }
  return { ...shown, ...shownValue(value) }
}

function shownKey(bytes: Uint8Array | null): Pick<Message, 'key' | 'key_encoding'> {
  if (bytes === null || isUtf8(bytes)) return { key: bytes && text(bytes) }
  return { key: base64(bytes), key_encoding: 'base64' }
}

function shownValue(bytes: Uint8Array | null): Pick<Message, 'value' | 'value_encoding'> {
  if (bytes === null || isUtf8(bytes)) return { value: bytes && text(bytes) }
  return { value: base64(bytes), value_encoding: 'base64' }
}

function text(bytes: Uint8Array): string {
  return bufferOf(bytes).toString('utf8')
}

function base64(bytes: Uint8Array): string {
  return bufferOf(bytes).toString('base64')
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** A message as a record of a batch; its place in the batch is its offset. */
export function recordOf(message: NewMessage, offset: number, nowMs: number): RecordToWrite {
  return {
    offset,
    timestamp: message.timestamp ?? nowMs,
    key: bytesOf(message.key ?? null, message.key_encoding),
    value: bytesOf(message.value, message.value_encoding),
    headers: (message.headers ?? []).map(recordHeaderOf),
  }
}

function recordHeaderOf({ key, value, value_encoding }: NewHeader): RecordHeader {
  return { key, value: bytesOf(value, value_encoding) }
}

/** The bytes that a text stands for. */
export function bytesOf(text: string | null, encoding: Encoding = 'utf8'): Uint8Array | null {
  return text === null ? null : Buffer.from(text, encoding)
}
