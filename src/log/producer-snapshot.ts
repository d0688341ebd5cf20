/** The `.snapshot` file of producer state (ProducerStateManager.writeSnapshot): version, CRC-32C of what follows, entries. @module */

import { codecOf } from '../wire/compile.ts'
import { MalformedError } from '../wire/errors.ts'
import { Reader } from '../wire/reader.ts'
import { crc32c } from '../wire/records/crc32c.ts'
import { writeInt32 } from '../wire/records/integers.ts'
import { Writer } from '../wire/writer.ts'
import type { Disk } from './disk.ts'
import { segmentFileName } from './file-names.ts'
import { lastSequence, type ProducerEntry } from './producers.ts'
import { producerSnapshot } from './records.ts'

const VERSION = 1
const CRC_POSITION = 2
const ENTRIES_POSITION = 6

/** Of the last batch alone, as in Kafka: the earlier ones are not needed once the log is open again. */
export function encodeSnapshot(entries: Iterable<ProducerEntry>): Uint8Array {
  const writer = new Writer()
  writer.int16(VERSION)
  const producerEntries = Array.from(entries, entry => {
    const last = entry.batches.at(-1)
    return {
      producerId: entry.producerId,
      epoch: entry.producerEpoch,
      lastSequence: lastSequence(entry),
      lastOffset: last?.lastOffset ?? -1,
      offsetDelta: last?.offsetDelta ?? 0,
      timestamp: entry.lastTimestamp,
      coordinatorEpoch: entry.coordinatorEpoch,
      currentTxnFirstOffset: entry.currentTxnFirstOffset,
    }
  })
  codecOf(producerSnapshot.fields, VERSION, false).write(writer, { crc: 0, producerEntries })
  const bytes = writer.toBytes()
  writeInt32(bytes, CRC_POSITION, crc32c(bytes, ENTRIES_POSITION))
  return bytes
}

/** The entries, or null for bytes that are damaged or of another version. */
export function decodeSnapshot(bytes: Uint8Array): ProducerEntry[] | null {
  try {
    const reader = new Reader(bytes)
    if (reader.int16() !== VERSION) return null
    const { crc, producerEntries } = codecOf(producerSnapshot.fields, VERSION, false).read(reader)
    if (crc !== crc32c(bytes, ENTRIES_POSITION)) return null
    return producerEntries.map(({ lastSequence, lastOffset, offsetDelta, timestamp, epoch, ...rest }) => ({
      ...rest,
      producerEpoch: epoch,
      lastTimestamp: timestamp,
      batches: lastOffset < 0 ? [] : [{ lastSequence, lastOffset, offsetDelta, timestamp }],
    }))
  } catch (error) {
    if (error instanceof MalformedError) return null
    throw error
  }
}

/** Writes the state that holds for the log up to `offset`. @throws DiskError */
export function writeSnapshot(disk: Disk, directory: string, offset: number, entries: Iterable<ProducerEntry>): void {
  disk.writeFile(`${directory}/${segmentFileName(offset, 'snapshot')}`, encodeSnapshot(entries))
}
