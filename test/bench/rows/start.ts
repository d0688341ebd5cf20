/** From exec to the first answered ApiVersions, and to Metadata after it, the program being in the page cache. @module */
import type { StartTimes, Target } from '../jobs.ts'
import { nextPort } from '../ports.ts'
import type { Family, Row, Turn } from '../turn.ts'
import { fillInternalTopics } from './internal-topics.ts'

const empty = rowsOf('start, empty directory')
const topics = rowsOf('start, 50 topics, cleanly stopped')
const internal = rowsOf('start, 50 topics and the internal ones, cleanly stopped')

/** Over all rounds. */
const LEAST_STARTS = 60
const TOPIC_COUNT = 50

/** Clients take a broker that has answered the one for there, and one that has answered the other for ready. */
function rowsOf(name: string): readonly [apiVersions: Row, metadata: Row] {
  return [
    { name, unit: 'ms', better: 'less' },
    { name: `${name}: ready`, unit: 'ms', better: 'less' },
  ]
}

type Rows = ReturnType<typeof rowsOf>

export const start: Family = {
  rows: [...empty, ...topics, ...internal],
  async measure(turn) {
    await turn.attempt({ rows: empty }, () => measure(turn, empty, () => turn.newDirectory()))
    await turn.attempt({ rows: topics }, () => measureStopped(turn, topics))
    await turn.attempt({ rows: internal }, () =>
      measureStopped(turn, internal, target => fillInternalTopics(turn, target, 'topic-0')),
    )
  },
}

type Fill = (target: Target) => Promise<void>

/** `fill` puts something into the directory, beside the topics. */
async function measureStopped(turn: Turn, rows: Rows, fill: Fill = async () => {}): Promise<void> {
  const directory = turn.newDirectory()
  {
    await using broker = await turn.start({ directory })
    const { target } = broker
    await turn.load('topics', { target, topicCount: TOPIC_COUNT })
    await fill(target)
    await broker.stop()
  }
  await measure(turn, rows, () => directory)
}

async function measure(turn: Turn, rows: Rows, directory: () => string): Promise<void> {
  const { command } = turn.contender
  if (command === null) {
    await using broker = await turn.start({ directory: directory() })
    record(turn, rows, broker.times)
    return
  }
  const port = nextPort()
  const starts = Array.from({ length: startCount(turn) }, () => {
    return { command: command(port, directory(), []), question: 'Metadata' as const }
  })
  const { times } = await turn.load('start', { starts, port, signal: 'SIGTERM' })
  for (const each of times.slice(1)) record(turn, rows, each)
}

/** One more than is measured: the first brings the program into memory. */
function startCount({ options }: Turn): number {
  return 1 + Math.ceil(LEAST_STARTS / options.roundCount)
}

function record(turn: Turn, [apiVersions, metadata]: Rows, { apiVersionsMs, questionMs }: StartTimes): void {
  turn.record(apiVersions, apiVersionsMs)
  if (turn.contender.isBroker) turn.record(metadata, questionMs)
}
