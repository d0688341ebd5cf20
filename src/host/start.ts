/**
 * The beginning: the port is bound first and the program loaded behind it, piece by piece; between two pieces clients are
 * heard.
 * @module
 */
import { earlySettings } from './cli/early-settings.ts'
import { openLobby } from './lobby.ts'
import { nextRound } from './rounds.ts'

/** Who waits for the port to be bound knocks in this time, and is answered before the work begins. */
const KNOCK_MS = 1

const pieces = [
  () => import('node:fs'),
  () => import('../api/index.ts'),
  () => import('../log/partition.ts'),
  () => import('../broker/broker.ts'),
  () => import('./serve.ts'),
]

/** Nothing is acknowledged yet: to end is to stop cleanly. `serve` takes over. */
function endOnSignals(): void {
  const end = () => process.exit(0)
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
}

/** `args` without the program's name. */
export async function start(args: readonly string[]): Promise<void> {
  const settings = earlySettings(args, process.env)
  const lobby = settings && openLobby(settings)
  endOnSignals()
  if (lobby) {
    await Bun.sleep(KNOCK_MS)
    for (const load of pieces) {
      await load()
      await nextRound()
    }
  }
  const { run } = await import('./cli/run.ts')
  await run(args, lobby)
}
