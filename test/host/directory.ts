/** Directories that tests write in, gone when they are done. @module */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'

/** A new directory, removed at the end of the scope that says `using`. */
export function temporaryDirectory(): { readonly path: string } & Disposable {
  const path = mkdtempSync(`${tmpdir()}/strikemq-test-`)
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/** The bytes of `text`. */
export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** The text of `bytes`. */
export function text(bytes: Uint8Array | null): string | null {
  return bytes && new TextDecoder().decode(bytes)
}
