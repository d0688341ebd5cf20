/** Transactions of one producer, Kafka's own. It is warm before it is measured, as is the broker. @module */
import { join } from 'node:path'
import { javaFlags, withoutKafka } from '../../conformance/commands.ts'
import { LineProgram } from '../../line-program.ts'
import { cpuTicks, TICK_MS } from '../linux.ts'
import type { Running } from '../running.ts'
import type { Family, Turn } from '../turn.ts'
import { Throughput } from './throughput.ts'

const WARM_UP_SECONDS = 5
const SECONDS = 10

interface Shape {
  readonly throughput: Throughput
  readonly topic: string
  /** Of a transaction; 0 for one record. */
  readonly transactionMs: number
  readonly recordBytes: number
}

const shapes: readonly Shape[] = [
  {
    throughput: new Throughput('transactions of one record', 'transactions'),
    topic: 'topic-0',
    transactionMs: 0,
    recordBytes: 100,
  },
  {
    throughput: new Throughput('transactions of 100 ms, batches of 16 KiB', 'bytes'),
    topic: 'topic-1',
    transactionMs: 100,
    recordBytes: 1024,
  },
]

interface Written {
  readonly seconds: number
  readonly transactionCount: number
  /** Of the values. */
  readonly bytes: number
}

export const transactions: Family = {
  rows: shapes.flatMap(({ throughput }) => throughput.rows),
  async measure(turn) {
    if (!turn.contender.isBroker) return
    const reason = await withoutKafka()
    if (reason) throw new Error(reason)
    const program = join(import.meta.dir, '../writers/Transactions.java')
    using producer = LineProgram.start(['java', ...(await javaFlags()), program])
    await using broker = await turn.start()
    await Bun.sleep(turn.contender.settleMs)
    await turn.load('topics', { target: broker.target, topicCount: shapes.length })
    for (const shape of shapes) await turn.attempt(shape.throughput, () => measure(turn, broker, producer, shape))
  },
}

async function measure(turn: Turn, { target }: Running, producer: LineProgram, shape: Shape): Promise<void> {
  const { throughput, topic, transactionMs, recordBytes } = shape
  const write = (seconds: number) =>
    producer.ask<Written>(`${target.port} ${topic} ${seconds * turn.options.scale} ${transactionMs} ${recordBytes}`)
  await write(WARM_UP_SECONDS)
  const ticks = cpuTicks(target.pid)
  const { seconds, transactionCount, bytes } = await write(SECONDS)
  const cpuMs = (cpuTicks(target.pid) - ticks) * TICK_MS
  throughput.record(turn, { seconds, cpuMs }, { bytes, count: transactionCount })
}
