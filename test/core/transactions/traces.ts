/**
 * What Apache Kafka 4.3.1 answered, and what it wrote to `__transaction_state`, step by step: `kafka-traces.ndjson`. Topics `t`
 * and `u` were there, and the group `g` was in partition 3 of `__consumer_offsets`.
 * @module
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TopicPartitions } from '../../../src/core/transactions/commands.ts'

export interface Trace {
  readonly scenario: string
  /** Where transaction.version was finalized. */
  readonly transactionVersion: number
  readonly transactionalId: string
  readonly steps: readonly Step[]
}

export interface Step {
  readonly ask: Ask
  readonly answer: unknown
  /** The values of the records, in hex. */
  readonly records: readonly string[]
}

interface Asker {
  /** Of the API. */
  readonly version: number
  readonly producerId: number
  readonly producerEpoch: number
}

export type Ask =
  | (Asker & { readonly type: 'init'; readonly timeoutMs: number })
  | (Asker & { readonly type: 'add' | 'verify'; readonly topics: readonly TopicPartitions[] })
  | (Asker & { readonly type: 'offsets' })
  | (Asker & { readonly type: 'end'; readonly committed: boolean })
  | { readonly type: 'describe' }
  /** The transaction timed out. */
  | { readonly type: 'timeout' }
  /** InitProducerId many times over, of which the last record is there. */
  | { readonly type: 'jump' }
  /** The broker was killed and started. */
  | { readonly type: 'restart' }

export function kafkaTraces(): Trace[] {
  const traces: (Omit<Trace, 'steps'> & { readonly steps: Step[] })[] = []
  for (const line of readFileSync(join(import.meta.dir, 'kafka-traces.ndjson'), 'utf8')
    .split('\n')
    .filter(Boolean)) {
    const entry: Step | Omit<Trace, 'steps'> = JSON.parse(line)
    if ('scenario' in entry) traces.push({ ...entry, steps: [] })
    else traces.at(-1)?.steps.push(entry)
  }
  return traces
}
