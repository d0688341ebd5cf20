/** What a broker costs that has nothing to do. @module */
import { memoryOf } from '../linux.ts'
import type { Running } from '../running.ts'
import type { Family, Row, Turn } from '../turn.ts'

const resident: Row = { name: 'memory, idle: resident', unit: 'MiB', better: 'less' }
const anonymous: Row = { name: 'memory, idle: anonymous', unit: 'MiB', better: 'less' }
const cpu: Row = { name: 'idle CPU, 10 topics, 50 connections', unit: 'ticks/min', better: 'less' }
const manyMemory: Row = { name: 'idle connections, 10,000: memory', unit: 'bytes each', better: 'less' }
const manyCpu: Row = { name: 'idle connections, 10,000: CPU', unit: 'ticks/min', better: 'less' }

const MIB = 1024 * 1024
const TOPIC_COUNT = 10
const CONNECTION_COUNT = 50
const MANY_COUNT = 10_000

export const idle: Family = {
  rows: [resident, anonymous, cpu, manyMemory, manyCpu],
  async measure(turn) {
    await using broker = await turn.start()
    await Bun.sleep(turn.contender.settleMs)
    const { residentBytes, anonymousBytes } = memoryOf(broker.target.pid)
    turn.record(resident, residentBytes / MIB)
    turn.record(anonymous, anonymousBytes / MIB)
    await turn.attempt({ rows: [cpu] }, () => measureFew(turn, broker))
    await turn.attempt({ rows: [manyMemory, manyCpu] }, () => measureMany(turn, broker))
  },
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
