import { expect, test } from 'bun:test'
import { join } from 'node:path'

const MODULE = join(import.meta.dir, '../../src/host/open-files.ts')
/** Handles that a broker has before anybody comes: streams, the lock, listeners, the runtime's own. */
const OWN_COUNT = 24

/** What a process has that may open so many files. */
function sharesOf(limit: number): { readonly handles: number; readonly connections: number } {
  const script = `const of = await import(${JSON.stringify(MODULE)}); console.log(of.maxHandleCount(), of.maxConnectionCount())`
  const { stdout } = Bun.spawnSync(['bash', '-c', `ulimit -n ${limit}; exec "$0" -e "$1"`, process.execPath, script])
  const [handles = 0, connections = 0] = stdout.toString().split(' ').map(Number)
  return { handles, connections }
}

const shares = [
  [64, 16, 16],
  [128, 48, 16],
  [256, 112, 80],
  [1024, 128, 832],
] as const

test.each(shares)('of %d open files, %d are for data and %d for connections', (limit, handles, connections) => {
  expect(sharesOf(limit)).toEqual({ handles, connections })
  expect(handles + connections + OWN_COUNT).toBeLessThanOrEqual(limit)
})
