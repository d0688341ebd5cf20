/** What a client with isolation.level=read_committed makes of what it has fetched. @module */
import type { fetch } from '../../../src/api/01-fetch.ts'
import { concatBytes } from '../../../src/base/bytes.ts'
import { batchHeaders, checkBatch, isControl, isTransactional } from '../../../src/wire/records/batch.ts'
import { readRecords } from '../../../src/wire/records/record.ts'
import type { Infer } from '../../../src/wire/schema.ts'

export const READ_COMMITTED = 1
/** What compressed records may grow to. */
const MAX_BYTES = 1 << 20
const text = new TextDecoder()

type FetchedPartition = Infer<typeof fetch.response>['responses'][number]['partitions'][number]

export interface CommittedRecord {
  readonly offset: number
  readonly value: string
}

export interface Committed {
  readonly records: readonly CommittedRecord[]
  /** Where to read on. */
  readonly position: number
}

/** The records from `position` on that count. Throws where a batch is missing before, or between others. */
export function committedIn(fetched: FetchedPartition, position: number): Committed {
  const bytes = concatBytes(fetched.records ?? [])
  const aborted = [...(fetched.abortedTransactions ?? [])].sort((a, b) => a.firstOffset - b.firstOffset)
  const abortedProducers = new Set<number>()
  const records: CommittedRecord[] = []
  let next = position
  for (const header of batchHeaders(bytes)) {
    const { baseOffset, lastOffsetDelta, attributes, producerId } = header
    checkBatch(bytes, header.position, header.sizeBytes)
    const end = baseOffset + lastOffsetDelta + 1
    if (next === position ? baseOffset > next || end <= next : baseOffset !== next) {
      throw new Error(`a batch of ${baseOffset} to ${end} where ${next} belongs`)
    }
    if (end > fetched.lastStableOffset) throw new Error(`${end} is beyond ${fetched.lastStableOffset}, which is stable`)
    while (aborted[0] && aborted[0].firstOffset < end) abortedProducers.add(aborted.shift()?.producerId ?? -1)
    if (isControl(attributes)) abortedProducers.delete(producerId)
    else if (!isTransactional(attributes) || !abortedProducers.has(producerId)) {
      for (const { offset, value } of readRecords(bytes, header, MAX_BYTES)) {
        if (offset >= position) records.push({ offset, value: text.decode(value ?? undefined) })
      }
    }
    next = end
  }
  return { records, position: next }
}
