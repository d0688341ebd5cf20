/** From exec to the first answered ApiVersions, the program being in the page cache. @module */
import { nextPort } from '../ports.ts'
import type { Family, Row, Turn } from '../turn.ts'

const empty: Row = { name: 'start, empty directory', unit: 'ms', better: 'less' }
const stopped: Row = { name: 'start, 50 topics, cleanly stopped', unit: 'ms', better: 'less' }

/** Over all rounds. */
const LEAST_STARTS = 20
const TOPIC_COUNT = 50

export const start: Family = {
  rows: [empty, stopped],
  async measure(turn) {
    await turn.attempt({ rows: [empty] }, () => measureEmpty(turn))
    await turn.attempt({ rows: [stopped] }, () => measureStopped(turn))
  },
}

async function measureEmpty(turn: Turn): Promise<void> {
  const { command } = turn.contender
  if (command === null) {
    await using broker = await turn.start()
    turn.record(empty, broker.startMs)
    return
  }
  const port = nextPort()
  const commands = Array.from({ length: startCount(turn) }, () => command(port, turn.newDirectory()))
  await measure(turn, empty, port, commands)
}

async function measureStopped(turn: Turn): Promise<void> {
  const { command } = turn.contender
  const directory = turn.newDirectory()
  {
    await using broker = await turn.start(directory)
    await turn.load('topics', { target: broker.target, topicCount: TOPIC_COUNT })
    await broker.stop()
  }
  if (command === null) {
    await using broker = await turn.start(directory)
    turn.record(stopped, broker.startMs)
    return
  }
  const port = nextPort()
  await measure(
    turn,
    stopped,
    port,
    Array.from({ length: startCount(turn) }, () => command(port, directory)),
  )
}

/** One more than is measured: the first brings the program into memory. */
function startCount({ options }: Turn): number {
  return 1 + Math.ceil(LEAST_STARTS / options.roundCount)
}

async function measure(turn: Turn, row: Row, port: number, commands: readonly string[][]): Promise<void> {
  const { ms } = await turn.load('start', { commands, port })
  turn.record(row, ...ms.slice(1))
}
