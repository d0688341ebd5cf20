/** How many connections the limit on open files leaves room for. @module */
import { readFileSync } from 'node:fs'

/** For systems that do not say: macOS gives a process far more, once it asks as Bun does. */
const UNKNOWN_LIMIT = 4096
/** For segments, of which the disk holds 128 open, for flushes, listeners and what the runtime needs. */
const RESERVED_COUNT = 192
const MIN_COUNT = 16

/** At the limit itself the system's accept would fail again and again, and nobody would be served. */
export function maxConnectionCount(): number {
  return Math.max(openFileLimit() - RESERVED_COUNT, MIN_COUNT)
}

function openFileLimit(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8')
    return Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? UNKNOWN_LIMIT)
  } catch {
    return UNKNOWN_LIMIT
  }
}
