/** Kafka's Uuid: 16 bytes, spoken as 22 characters of URL-safe base64 without padding. @module */

declare const brand: unique symbol
/** A uuid in Kafka's text form (org.apache.kafka.common.Uuid.toString). A string, so that maps find it by value. */
export type Uuid = string & { readonly [brand]: 'Uuid' }

const TEXT_LENGTH = 22
const SIZE = 16

/** The uuid of sixteen zero bytes: "none" (Uuid.ZERO_UUID). */
export const zeroUuid = 'A'.repeat(TEXT_LENGTH) as Uuid

/** Makes a flat string: one put together from letters takes five times the memory, and as much time where it is hashed. */
const toText = Buffer.prototype.toString

/** Reads the 16 bytes at `position`, which the caller has checked to be there. */
export function readUuid(bytes: Uint8Array, position: number): Uuid {
  return toText.call(bytes, 'base64url', position, position + SIZE) as Uuid
}

/** Writes the 16 bytes of `uuid` at `position`, which the caller has made room for. */
export function writeUuid(bytes: Uint8Array, position: number, uuid: Uuid): void {
  let word = 0
  let at = position
  for (let i = 0; i < TEXT_LENGTH; i++) {
    word = ((word << 6) | digit(uuid.charCodeAt(i))) & 0xffffff
    const spare = ((i + 1) * 6) % 8
    if (spare < 6 && at < position + SIZE) bytes[at++] = word >> spare
  }
}

/** A uuid from text, or null where `text` is none in Kafka's form. */
export function parseUuid(text: string): Uuid | null {
  return /^[\w-]{21}[AQgw]$/.test(text) ? (text as Uuid) : null
}

/** A new uuid of version 4 from 16 random bytes; Kafka avoids those that begin with "-", which confuse command lines. */
export function makeUuid(randomBytes: (size: number) => Uint8Array): Uuid {
  for (;;) {
    const bytes = randomBytes(SIZE)
    bytes[6] = (bytes[6]! & 0x0f) | 0x40
    bytes[8] = (bytes[8]! & 0x3f) | 0x80
    const uuid = readUuid(bytes, 0)
    if (!uuid.startsWith('-')) return uuid
  }
}

/** A new uuid of version 4 in the form that Java's UUID.toString has. */
export function makeJavaUuid(randomBytes: (size: number) => Uint8Array): string {
  const bytes = randomBytes(SIZE)
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toHex()
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

function digit(code: number): number {
  if (code >= 97) return code - 71
  if (code === 95) return 63
  if (code >= 65) return code - 65
  return code === 45 ? 62 : code + 4
}
