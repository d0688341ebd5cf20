/** Ports for one broker after the other. @module */

/** Below those that the system gives away by itself. */
const FIRST_PORT = 23_200
const PORT_COUNT = 100

let taken = 0

/** The next of a range that nobody listens on; nor does anybody on the one after it, which Kafka's controller takes. */
export function nextPort(): number {
  for (let tries = 0; tries < PORT_COUNT; tries += 2) {
    const port = FIRST_PORT + (taken % PORT_COUNT)
    taken += 2
    if (isFree(port) && isFree(port + 1)) return port
  }
  throw new Error(`no port from ${FIRST_PORT} on is free`)
}

function isFree(port: number): boolean {
  try {
    Bun.listen({ hostname: '127.0.0.1', port, socket: { data: () => {} } }).stop(true)
    return true
  } catch {
    return false
  }
}
