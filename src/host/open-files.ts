/** How the limit on open files is shared out: to files of the data directory, to Kafka clients, and to those of REST. @module */
import { readFileSync } from 'node:fs'

/** For systems that do not say: macOS gives a process far more, once it asks as Bun does. */
const UNKNOWN_LIMIT = 4096
/** For flushes, listeners and what the runtime needs. */
const RESERVED_COUNT = 64
/** More handles of files are not faster. */
const MOST_HANDLES = 128
const LEAST_HANDLES = 8
const LEAST_CONNECTIONS = 16
/** A client of REST takes a handle, and both ends of its way to the server that answers. */
const REST_HANDLES = 3
/** What a pool of connections has at most. */
const MOST_REST_CONNECTIONS = 256

/** Handles of files in the data directory that are held open: as many as are of use, or half of what there is. */
export function maxHandleCount(limit = openFileLimit()): number {
  return Math.max(Math.min(MOST_HANDLES, Math.floor((limit - RESERVED_COUNT / 2) / 2)), LEAST_HANDLES)
}

/** At the limit itself the system's accept would fail again and again, and nobody would be served. */
export function maxConnectionCount(limit = openFileLimit()): number {
  const rest = REST_HANDLES * maxRestConnectionCount(limit)
  return Math.max(limit - maxHandleCount(limit) - rest - RESERVED_COUNT, LEAST_CONNECTIONS)
}

/** A small part, so that a flood of them leaves Kafka clients what they need. */
export function maxRestConnectionCount(limit = openFileLimit()): number {
  return Math.min(Math.floor(limit / 32), MOST_REST_CONNECTIONS)
}

function openFileLimit(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8')
    return Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? UNKNOWN_LIMIT)
  } catch {
    return UNKNOWN_LIMIT
  }
}
