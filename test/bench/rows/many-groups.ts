/** Many groups on the disk: what they cost a start after kill -9, and what loading all of them costs. @module */
import type { CommittedGroups } from '../jobs.ts'
import { nextPort } from '../ports.ts'
import type { Family, Row, Turn } from '../turn.ts'

const GROUP_COUNT = 10_000
const OFFSET_COUNT = 10
/** Over all rounds, each beside one on an empty directory. */
const LEAST_STARTS = 10
const US_PER_MS = 1000

const killed: Row = { name: 'start, 10,000 groups, killed', unit: 'ms', better: 'less' }
const killedToEmpty: Row = { name: 'start, 10,000 groups, killed: to empty', unit: 'ratio', better: 'less' }
const firstFetch: Row = { name: 'start, 10,000 groups, killed: OffsetFetch', unit: 'ms', better: 'less' }
const replay: Row = { name: 'load 10,000 groups × 10 offsets', unit: 'µs/record', better: 'less' }
const memory: Row = { name: 'load 10,000 groups × 10 offsets: memory', unit: 'bytes/group', better: 'less' }

export const manyGroups: Family = {
  rows: [killed, killedToEmpty, firstFetch, replay, memory],
  async measure(turn) {
    if (!turn.contender.isBroker) return
    const groups = { topic: 'groups', partitionCount: OFFSET_COUNT, groupCount: turn.scaled(GROUP_COUNT) }
    const directory = turn.newDirectory()
    {
      await using broker = await turn.start({ directory })
      await turn.load('groups', { target: broker.target, groups })
    }
    await turn.attempt({ rows: [killed, killedToEmpty, firstFetch] }, () => measureStarts(turn, directory, groups))
    await turn.attempt({ rows: [replay, memory] }, () => measureLoading(turn, directory, groups))
  },
}

/** From exec to ApiVersions and on to the offsets of one group, by turns with a start on an empty directory. */
async function measureStarts(turn: Turn, directory: string, groups: CommittedGroups): Promise<void> {
  const { command } = turn.contender
  if (command === null) {
    await using broker = await turn.start({ directory, question: groups })
    turn.record(killed, broker.times.apiVersionsMs)
    turn.record(firstFetch, broker.times.questionMs)
    return
  }
  const port = nextPort()
  const pair = () => [
    { command: command(port, turn.newDirectory(), []), question: 'Metadata' as const },
    { command: command(port, directory, []), question: groups },
  ]
  const pairCount = Math.ceil(LEAST_STARTS / turn.options.roundCount)
  const starts = Array.from({ length: pairCount }, pair).flat()
  const { times } = await turn.load('start', { starts, port, signal: 'SIGKILL' })
  for (const [index, { apiVersionsMs, questionMs }] of times.entries()) {
    if (index % 2 === 0) continue
    turn.record(killed, apiVersionsMs)
    turn.record(killedToEmpty, apiVersionsMs / times[index - 1]!.apiVersionsMs)
    turn.record(firstFetch, questionMs)
  }
}

/** Of all groups at once. Who has loaded them at the start has nothing to show. */
async function measureLoading(turn: Turn, directory: string, { groupCount }: CommittedGroups): Promise<void> {
  if (!turn.contender.loadsGroupsLazily) return
  await using broker = await turn.start({ directory })
  const { ms, bytes } = await turn.load('loadGroups', { target: broker.target, groupCount })
  turn.record(replay, (ms * US_PER_MS) / (groupCount * OFFSET_COUNT))
  turn.record(memory, bytes / groupCount)
}
