/**
 * The CPU's own CRC-32C, several times as fast as code. Compiled by the runtime's C compiler when it is worth the few
 * milliseconds that this takes: not at the start, and not for a few small batches.
 * @module
 */
import { cc } from 'bun:ffi'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Crc32c } from '../wire/records/crc32c.ts'
import source from './crc32c.c' with { type: 'text' }

/** The instruction's CRC-32C, or null where this machine has none or cannot compile. */
export function compileCrc32c(): Crc32c | null {
  if (process.arch !== 'x64') return null
  try {
    return compile()
  } catch {
    return null
  }
}

function compile(): Crc32c | null {
  const directory = mkdtempSync(join(tmpdir(), 'strikemq-'))
  try {
    const file = join(directory, 'crc32c.c')
    writeFileSync(file, source)
    const { symbols } = cc({
      source: file,
      symbols: {
        crc32c: { args: ['ptr', 'i32', 'i32', 'i32'], returns: 'i32' },
        prepare_crc32c: { args: [], returns: 'i32' },
      },
    })
    if (symbols.prepare_crc32c() === 0) return null
    return (bytes, start, end) => ~symbols.crc32c(bytes, start, end, -1) >>> 0
  } finally {
    rmSync(directory, { recursive: true })
  }
}
