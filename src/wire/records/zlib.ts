/** The runtime's node:zlib, loaded when the first bytes need it: that takes longer than the rest of a start. @module */

type Zlib = typeof import('node:zlib')

let loaded: Zlib | null = null

export function zlib(): Zlib {
  loaded ??= process.getBuiltinModule('node:zlib')
  return loaded
}
