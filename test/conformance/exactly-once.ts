/**
 * kill -9 under applications that rely on exactly once (ExactlyOnce.java), Kafka Streams among them: the totals are exact
 * every time. `ROUNDS=100` kills so often.
 * @module
 */
import { deepEqual, ok } from 'node:assert/strict'
import { join } from 'node:path'
import { temporaryDirectory } from '../host/directory.ts'
import { LineProgram } from '../line-program.ts'
import { seed } from '../seed.ts'
import { SeededRandom } from '../sim/random.ts'
import { javaFlags } from './commands.ts'
import type { Report } from './report.ts'

const ROUNDS = Number(process.env.ROUNDS ?? 10)
const KILLS_PER_APPLICATION = 5
const MAX_LIFE_MS = 2000

/** A broker that can be killed, and started again by what has started it: on the same directory and port. */
export interface MortalBroker extends AsyncDisposable {
  kill(): Promise<void>
}

/** What the applications say once everything has come through. */
interface Passed {
  readonly numbers: number
  /** Why one of them had to begin anew. */
  readonly restarts: readonly string[]
}

/** Applications are killed too, so that others find what these have left open. */
export async function checkExactlyOnce(
  report: Report,
  port: number,
  start: () => Promise<MortalBroker>,
): Promise<void> {
  using states = temporaryDirectory()
  const command = ['java', ...(await javaFlags()), join(import.meta.dir, 'ExactlyOnce.java')]
  const random = new SeededRandom(seed)
  for (let kills = KILLS_PER_APPLICATION; kills < ROUNDS + KILLS_PER_APPLICATION; kills += KILLS_PER_APPLICATION) {
    await report.check(`the totals are exact after ${kills} kills (SEED=${seed})`, async () => {
      using applications = LineProgram.start([...command, `127.0.0.1:${port}`, states.path])
      await killUnder(applications, start, random)
    })
  }
}

async function killUnder(applications: LineProgram, start: () => Promise<MortalBroker>, random: SeededRandom) {
  const check = () => applications.ask<Passed>('check')
  await using brokers = new AsyncDisposableStack()
  let broker = brokers.use(await start())
  const { numbers } = await check()
  for (let kill = 0; kill < KILLS_PER_APPLICATION; kill++) {
    await Bun.sleep(random.below(MAX_LIFE_MS))
    await broker.kill()
    broker = brokers.use(await start())
  }
  const passed = await check()
  ok(passed.numbers > numbers, `nothing has come after ${numbers} numbers`)
  deepEqual(passed.restarts, [])
}
