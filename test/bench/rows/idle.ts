/** What a broker costs that has nothing to do. @module */
import { memoryOf } from '../linux.ts'
import type { Running } from '../running.ts'
import type { Family, Row, Turn } from '../turn.ts'
import { fillInternalTopics } from './internal-topics.ts'

const resident: Row = { name: 'memory, idle: resident', unit: 'MiB', better: 'less' }
const anonymous: Row = { name: 'memory, idle: anonymous', unit: 'MiB', better: 'less' }
const internalResident: Row = { name: 'memory, idle, internal topics on disk: resident', unit: 'MiB', better: 'less' }
const internalAnonymous: Row = { name: 'memory, idle, internal topics on disk: anonymous', unit: 'MiB', better: 'less' }
const internalLater: Row = { name: 'memory, idle, internal topics on disk: 30 s later', unit: 'MiB', better: 'less' }
const cpu: Row = { name: 'idle CPU, 10 topics, 50 connections', unit: 'ticks/min', better: 'less' }
const manyMemory: Row = { name: 'idle connections, 10,000: memory', unit: 'bytes each', better: 'less' }
const manyCpu: Row = { name: 'idle connections, 10,000: CPU', unit: 'ticks/min', better: 'less' }

const MIB = 1024 * 1024
const TOPIC_COUNT = 10
const CONNECTION_COUNT = 50
const LATER_MS = 30_000
const MANY_COUNT = 10_000

export const idle: Family = {
  rows: [resident, anonymous, internalResident, internalAnonymous, internalLater, cpu, manyMemory, manyCpu],
  async measure(turn) {
    const internal = [internalResident, internalAnonymous, internalLater]
    await turn.attempt({ rows: internal }, () => measureWithInternalTopics(turn))
    await turn.attempt({ rows: [resident, anonymous, cpu, manyMemory, manyCpu] }, () => measureEmpty(turn))
  },
}

async function measureEmpty(turn: Turn): Promise<void> {
  await using broker = await turn.start()
  await recordMemory(turn, broker, [resident, anonymous])
  await turn.attempt({ rows: [cpu] }, () => measureFew(turn, broker))
  await turn.attempt({ rows: [manyMemory, manyCpu] }, () => measureMany(turn, broker))
}

/** A broker that was started with groups and transactional ids, and that nobody has asked for any. */
async function measureWithInternalTopics(turn: Turn): Promise<void> {
  const directory = turn.newDirectory()
  {
    await using broker = await turn.start({ directory })
    await fillInternalTopics(turn, broker.target, 'idle')
    await broker.stop()
  }
  await using broker = await turn.start({ directory })
  await recordMemory(turn, broker, [internalResident, internalAnonymous])
  if (!turn.options.isSlow) return
  await Bun.sleep(LATER_MS)
  turn.record(internalLater, memoryOf(broker.target.pid).anonymousBytes / MIB)
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
