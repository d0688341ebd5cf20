import { expect, test } from 'bun:test'
import { maxConnectionCount, maxHandleCount, maxRestConnectionCount } from '../../src/host/open-files.ts'

/** Handles that a broker has before anybody comes: streams, the lock, listeners, the runtime's own. */
const OWN_COUNT = 24

/** The client's, and both ends of its way to the server. */
const REST_HANDLES = 3

const shares = [
  [64, 16, 16, 2],
  [128, 48, 16, 4],
  [256, 112, 56, 8],
  [1024, 128, 736, 32],
  [1_048_576, 128, 1_047_616, 256],
] as const

test.each(shares)('of %d open files, %d are for data, %d for Kafka clients, and some for %d of REST', (...share) => {
  const [limit, handles, connections, rest] = share
  expect([maxHandleCount(limit), maxConnectionCount(limit), maxRestConnectionCount(limit)]).toEqual([
    handles,
    connections,
    rest,
  ])
  expect(handles + connections + REST_HANDLES * rest + OWN_COUNT).toBeLessThanOrEqual(limit)
})
