/** What a client with isolation.level=read_committed makes of what it has fetched, once that is found sound. @module */
import { concatBytes } from '../../../src/base/bytes.ts'
import { committedRecords } from '../../clients/committed-records.ts'
import type { FetchedPartition } from '../../clients/requests.ts'
import { batchesIn } from '../reader.ts'

export const READ_COMMITTED = 1
const text = new TextDecoder()

export interface CommittedRecord {
  readonly offset: number
  readonly value: string
}

export interface Committed {
  readonly records: readonly CommittedRecord[]
  /** Where to read on. */
  readonly position: number
}

/** The records from `position` on that count. Throws where a batch is missing before, or between others, or is not stable. */
export function committedIn(fetched: FetchedPartition, position: number): Committed {
  const { lastStableOffset } = fetched
  const bytes = concatBytes(fetched.records ?? [])
  for (const { baseOffset, lastOffsetDelta } of batchesIn(bytes, position)) {
    const end = baseOffset + lastOffsetDelta + 1
    if (end > lastStableOffset) throw new Error(`${end} is beyond ${lastStableOffset}, which is stable`)
  }
  const { records, nextOffset } = committedRecords(fetched, position)
  const values = records.map(({ offset, value }) => ({ offset, value: text.decode(value ?? undefined) }))
  return { records: values, position: nextOffset }
}
