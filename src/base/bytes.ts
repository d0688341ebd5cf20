/** Byte helpers that every room shares. @module */

const NONE = new Uint8Array(0)

/** The empty byte string, shared so that no caller allocates one. */
export const noBytes: Uint8Array = NONE

/** Joins `pieces` into one new array; a single piece is returned as it is. */
export function concatBytes(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1 && pieces[0]) return pieces[0]
  let length = 0
  for (const piece of pieces) length += piece.length
  const joined = new Uint8Array(length)
  let position = 0
  for (const piece of pieces) {
    joined.set(piece, position)
    position += piece.length
  }
  return joined
}

/** A big-endian view on the same bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
