/** What a broker keeps for its clients: it is made to keep more and more of it, and never to let go. @module */
import type { Jobs, Kept, Shape, Target } from '../jobs.ts'
import { memoryOf } from '../linux.ts'
import { checkProduced } from './answers.ts'
import { Buffered, Connection } from './connection.ts'
import { untilCoordinated } from './coordinator.ts'
import { produceFrame } from './requests.ts'
import { ensureTopic } from './topics.ts'
import { addPartition, appendFirst, beginAs } from './transactions.ts'

const INPUT_BYTES = 1024 * 1024
const IN_FLIGHT = 50
/** Partitions of one topic, which is one request. */
const TOPIC_PARTITIONS = 1000
/** The part that comes before it is measured, so that what all share is there. */
const WARM_UP = 0.1
/** Before and after what is measured: what lies about is collected. */
const CALM_MS = 3000
const RECORD_BYTES = 100
const KEPT = { topic: 'kept', partitionCount: 1 }

/** Makes those from `first` up to `end`. */
type Keeper = (first: number, end: number) => void

/** What has a broker keep each. */
const keepers: { readonly [K in Kept]: (target: Target, connection: Connection) => Keeper } = {
  partitions: target => inTopics(shape => ensureTopic(target, shape)),
  writtenPartitions: (target, connection) =>
    inTopics(shape => {
      ensureTopic(target, shape)
      connection.send(Buffered.of(produceFrame(shape)))
      checkProduced(connection.view, connection.receive(), 0)
    }),
  producers: (target, connection) => {
    ensureTopic(target, KEPT)
    return inWindows(ids => {
      const producers = ids.map(producerId => ({ transactionalId: null, producerId, producerEpoch: 0 }))
      appendFirst(connection, producers, KEPT.topic)
    })
  },
  transactions: (target, connection) => {
    ensureTopic(target, KEPT)
    untilCoordinated(() => beginAs(connection, ['first']))
    return inWindows(ids => {
      const producers = beginAs(
        connection,
        ids.map(id => `transaction-${id}`),
      )
      addPartition(connection, producers, KEPT.topic)
      appendFirst(connection, producers, KEPT.topic)
    })
  },
}

function inTopics(keep: (shape: Shape) => void): Keeper {
  return (first, end) => {
    for (let start = first; start < end; start += TOPIC_PARTITIONS) {
      const partitionCount = Math.min(TOPIC_PARTITIONS, end - start)
      keep({ topic: `kept-${start}`, partitionCount, recordBytes: RECORD_BYTES, recordCount: 1, codec: 'none' })
    }
  }
}

function inWindows(keep: (ids: readonly number[]) => void): Keeper {
  return (first, end) => {
    for (let start = first; start < end; start += IN_FLIGHT) {
      keep(Array.from({ length: Math.min(IN_FLIGHT, end - start) }, (_, index) => start + index))
    }
  }
}

export async function runKeep({ target, kept, count }: Jobs['keep']['job']): Promise<Jobs['keep']['result']> {
  const connection = Connection.open(target.port, new Buffered(INPUT_BYTES))
  const keep = keepers[kept](target, connection)
  const warmUpCount = Math.ceil(count * WARM_UP)
  keep(0, warmUpCount)
  await Bun.sleep(CALM_MS)
  const before = memoryOf(target.pid).anonymousBytes
  keep(warmUpCount, warmUpCount + count)
  await Bun.sleep(CALM_MS)
  return { bytesEach: (memoryOf(target.pid).anonymousBytes - before) / count }
}
