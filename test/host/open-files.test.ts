import { expect, test } from 'bun:test'
import { maxConnectionCount, maxHandleCount } from '../../src/host/open-files.ts'

/** Handles that a broker has before anybody comes: streams, the lock, listeners, the runtime's own. */
const OWN_COUNT = 24

const shares = [
  [64, 16, 16],
  [128, 48, 16],
  [256, 112, 80],
  [1024, 128, 832],
] as const

test.each(shares)('of %d open files, %d are for data and %d for connections', (limit, handles, connections) => {
  expect([maxHandleCount(limit), maxConnectionCount(limit)]).toEqual([handles, connections])
  expect(handles + connections + OWN_COUNT).toBeLessThanOrEqual(limit)
})
