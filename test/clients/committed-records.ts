/** What a consumer makes of a read_committed fetch. @module */
import { concatBytes, noBytes } from '../../src/base/bytes.ts'
import { batchHeaders, isControl, isTransactional } from '../../src/wire/records/batch.ts'
import { readMarker } from '../../src/wire/records/end-transaction.ts'
import { type RecordEntry, readRecords } from '../../src/wire/records/record.ts'
import type { FetchedPartition } from './requests.ts'

const MAX_BYTES = 10 * 1024 * 1024

export interface CommittedRecords {
  readonly records: readonly RecordEntry[]
  /** Where to fetch next; unchanged where nothing came. */
  readonly nextOffset: number
}

/** The records from `offset` on that are not of aborted transactions (Kafka's CompletedFetch). */
export function committedRecords(fetched: FetchedPartition, offset: number): CommittedRecords {
  const bytes = fetched.records?.length ? concatBytes(fetched.records) : noBytes
  const aborted = (fetched.abortedTransactions ?? []).toSorted((a, b) => a.firstOffset - b.firstOffset)
  const abortedProducers = new Set<number>()
  const records: RecordEntry[] = []
  let nextOffset = offset
  for (const header of batchHeaders(bytes)) {
    const { baseOffset, lastOffsetDelta, attributes, producerId } = header
    nextOffset = baseOffset + lastOffsetDelta + 1
    while (aborted[0] && aborted[0].firstOffset < nextOffset) abortedProducers.add(aborted.shift()?.producerId ?? -1)
    if (isControl(attributes)) {
      if (readMarker(bytes, header)?.isCommit === false) abortedProducers.delete(producerId)
    } else if (!isTransactional(attributes) || !abortedProducers.has(producerId)) {
      records.push(...readRecords(bytes, header, MAX_BYTES).filter(record => record.offset >= offset))
    }
  }
  return { records, nextOffset }
}
