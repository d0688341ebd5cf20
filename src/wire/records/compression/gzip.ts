/** gzip, by the runtime. @module */

import { zlib } from '../zlib.ts'
import { fromZlib } from './errors.ts'

/** A member's header without file name or other extras, which is what Kafka's clients write. */
const PLAIN_HEADER = [0x1f, 0x8b, 8, 0]
const PLAIN_HEADER_BYTES = 10

/** From 1 to 9, or -1: zlib's own choice. */
const DEFAULT_LEVEL = -1

export function gzip(bytes: Uint8Array, level = DEFAULT_LEVEL): Uint8Array {
  return zlib().gzipSync(bytes, { level })
}

/** @throws RecordError as `decompress` */
export function gunzip(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const options = { maxOutputLength: maxBytes }
  try {
    return zlib().gunzipSync(bytes, options)
  } catch (error) {
    if (!isGarbageAfterMember(bytes, error)) throw fromZlib('gzip', error, maxBytes)
  }
  try {
    return zlib().inflateRawSync(bytes.subarray(PLAIN_HEADER_BYTES), options)
  } catch (error) {
    throw fromZlib('gzip', error, maxBytes)
  }
}

/**
 * Whether the member may be whole (its checksum is verified before what follows it is looked at) and be followed by bytes
 * that are no member. Java's GZIPInputStream, and so Kafka, ignores them; the runtime does not.
 */
function isGarbageAfterMember(bytes: Uint8Array, error: unknown): boolean {
  const isMember = PLAIN_HEADER.every((byte, index) => bytes[index] === byte)
  return isMember && error instanceof Error && /header|method/.test(error.message)
}
