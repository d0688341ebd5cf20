/**
 * From poll() to the first record in a new group, with consumers that are warm: they have read from another broker of the
 * same kind. The first group of a broker waits for what groups are kept in to be made, the later ones do not.
 * @module
 */
import { READER_NAMES, Reader, type ReaderName } from '../reader.ts'
import type { Running } from '../running.ts'
import type { Family, Row, Turn } from '../turn.ts'

/** Alike for all: a group does not wait for more members. kfake never does. */
const configs = ['group.initial.rebalance.delay.ms=0']
const TOPIC = 'first-record'
/** Groups until a consumer is warm: until Java has compiled what it runs often, or nothing but what opens on first use. */
const WARM_UP_COUNTS = { Java: 100, librdkafka: 5 }
const LATER_COUNT = 20

interface Measure {
  readonly reader: ReaderName
  readonly first: Row
  readonly later: Row
}

const measures: readonly Measure[] = READER_NAMES.map(reader => {
  const row = (group: string): Row => ({ name: `poll to record, ${reader}: ${group}`, unit: 'ms', better: 'less' })
  return { reader, first: row('first group'), later: row('later groups') }
})

export const firstRecord: Family = {
  rows: measures.flatMap(({ first, later }) => [first, later]),
  async measure(turn) {
    if (!turn.contender.isBroker) return
    for (const each of measures) await turn.attempt({ rows: [each.first, each.later] }, () => measure(turn, each))
  },
}

async function measure(turn: Turn, { reader: name, first, later }: Measure): Promise<void> {
  using reader = await Reader.start(name)
  {
    await using broker = await startWithRecord(turn)
    await reader.read(broker.target.port, TOPIC, WARM_UP_COUNTS[name])
  }
  await using broker = await startWithRecord(turn)
  const { port } = broker.target
  turn.record(first, ...(await reader.read(port, TOPIC, 1)))
  turn.record(later, ...(await reader.read(port, TOPIC, turn.scaled(LATER_COUNT))))
}

async function startWithRecord(turn: Turn): Promise<Running> {
  const broker = await turn.start({ configs })
  await Bun.sleep(turn.contender.settleMs)
  const shape = { topic: TOPIC, partitionCount: 1, recordBytes: 100, recordCount: 1, codec: 'none' } as const
  await turn.load('produce', { target: broker.target, shape, connectionCount: 1, inFlight: 1, requestCount: 1 })
  return broker
}
