/** What a client with isolation.level=read_committed makes of what it has fetched, once that is found sound. @module */
import { concatBytes } from '../../../src/base/bytes.ts'
import { batchHeaders, checkBatch } from '../../../src/wire/records/batch.ts'
import { committedRecords } from '../../clients/committed-records.ts'
import type { FetchedPartition } from '../../clients/requests.ts'

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
  const bytes = concatBytes(fetched.records ?? [])
  let next = position
  for (const header of batchHeaders(bytes)) {
    const { baseOffset, lastOffsetDelta } = header
    checkBatch(bytes, header.position, header.sizeBytes)
    const end = baseOffset + lastOffsetDelta + 1
    if (next === position ? baseOffset > next || end <= next : baseOffset !== next) {
      throw new Error(`a batch of ${baseOffset} to ${end} where ${next} belongs`)
    }
    if (end > fetched.lastStableOffset) throw new Error(`${end} is beyond ${fetched.lastStableOffset}, which is stable`)
    next = end
  }
  const { records, nextOffset } = committedRecords(fetched, position)
  const values = records.map(({ offset, value }) => ({ offset, value: text.decode(value ?? undefined) }))
  return { records: values, position: nextOffset }
}
