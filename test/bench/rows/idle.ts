/** What a broker costs that has nothing to do. @module */
import { memoryOf } from '../linux.ts'
import type { Running } from '../running.ts'
import type { Family, Row, Turn } from '../turn.ts'

const resident: Row = { name: 'memory, idle: resident', unit: 'MiB', better: 'less' }
const anonymous: Row = { name: 'memory, idle: anonymous', unit: 'MiB', better: 'less' }
const groupsResident: Row = { name: 'memory, idle, groups on disk: resident', unit: 'MiB', better: 'less' }
const groupsAnonymous: Row = { name: 'memory, idle, groups on disk: anonymous', unit: 'MiB', better: 'less' }
const cpu: Row = { name: 'idle CPU, 10 topics, 50 connections', unit: 'ticks/min', better: 'less' }
const manyMemory: Row = { name: 'idle connections, 10,000: memory', unit: 'bytes each', better: 'less' }
const manyCpu: Row = { name: 'idle connections, 10,000: CPU', unit: 'ticks/min', better: 'less' }

const MIB = 1024 * 1024
const TOPIC_COUNT = 10
/** So many that every partition of the internal topic has some. */
const GROUP_COUNT = 500
const CONNECTION_COUNT = 50
const MANY_COUNT = 10_000

export const idle: Family = {
  rows: [resident, anonymous, groupsResident, groupsAnonymous, cpu, manyMemory, manyCpu],
  async measure(turn) {
    await turn.attempt({ rows: [groupsResident, groupsAnonymous] }, () => measureWithGroups(turn))
    await turn.attempt({ rows: [resident, anonymous, cpu, manyMemory, manyCpu] }, () => measureEmpty(turn))
  },
}

async function measureEmpty(turn: Turn): Promise<void> {
  await using broker = await turn.start()
  await recordMemory(turn, broker, [resident, anonymous])
  await turn.attempt({ rows: [cpu] }, () => measureFew(turn, broker))
  await turn.attempt({ rows: [manyMemory, manyCpu] }, () => measureMany(turn, broker))
}

/** A broker that was started with groups, and that nobody has asked for any. */
async function measureWithGroups(turn: Turn): Promise<void> {
  const directory = turn.newDirectory()
  {
    await using broker = await turn.start({ directory })
    const groups = { topic: 'idle', partitionCount: 1, groupCount: GROUP_COUNT }
    await turn.load('groups', { target: broker.target, groups })
    await broker.stop()
  }
  await using broker = await turn.start({ directory })
  await recordMemory(turn, broker, [groupsResident, groupsAnonymous])
}

async function recordMemory(turn: Turn, { target }: Running, [inAll, ofItsOwn]: readonly [Row, Row]): Promise<void> {
  await Bun.sleep(turn.contender.settleMs)
  const { residentBytes, anonymousBytes } = memoryOf(target.pid)
  turn.record(inAll, residentBytes / MIB)
  turn.record(ofItsOwn, anonymousBytes / MIB)
}

async function measureFew(turn: Turn, { target }: Running): Promise<void> {
  await turn.load('topics', { target, topicCount: TOPIC_COUNT })
  const seconds = turn.idleSeconds()
  const { ticks } = await turn.load('idle', { target, connectionCount: CONNECTION_COUNT, seconds })
  turn.record(cpu, (ticks * 60) / seconds)
}

async function measureMany(turn: Turn, { target }: Running): Promise<void> {
  const seconds = turn.idleSeconds()
  const connectionCount = turn.scaled(MANY_COUNT)
  const { ticks, bytesPerConnection } = await turn.load('idle', { target, connectionCount, seconds })
  turn.record(manyMemory, bytesPerConnection)
  turn.record(manyCpu, (ticks * 60) / seconds)
}
