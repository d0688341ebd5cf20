/** The small text files of Kafka's data directory (CheckpointFile, PartitionMetadataFile, CleanShutdownFileHandler). @module */

import { parseUuid, type Uuid } from '../base/uuid.ts'
import type { Disk } from './disk.ts'
import { CLEAN_SHUTDOWN_MARKER, PARTITION_METADATA } from './file-names.ts'

const utf8 = new TextEncoder()
const text = new TextDecoder()
const CHECKPOINT_VERSION = '0'

/** The fields of each line of a checkpoint file; null where the file is missing or damaged. @throws DiskError */
export function readCheckpointLines(disk: Disk, path: string): string[][] | null {
  const bytes = disk.readFile(path)
  if (bytes === null) return null
  const [version, count, ...lines] = text.decode(bytes).trimEnd().split('\n')
  if (version !== CHECKPOINT_VERSION || String(lines.length) !== count) return null
  return lines.map(line => line.split(/\s+/))
}

/** Version, count, then a line for each of `lines`. @throws DiskError */
export function writeCheckpointLines(disk: Disk, path: string, lines: readonly string[]): void {
  disk.writeFile(path, utf8.encode([CHECKPOINT_VERSION, lines.length, ...lines, ''].join('\n')))
}

/** One line of a checkpoint of offsets (OffsetCheckpointFile). */
export interface PartitionOffset {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** Reads a checkpoint of offsets; empty where it is missing or damaged, which is always safe. @throws DiskError */
export function readOffsetCheckpoint(disk: Disk, path: string): PartitionOffset[] {
  const entries = (readCheckpointLines(disk, path) ?? []).map(([topic, partition, offset, ...rest]) => ({
    topic: topic ?? '',
    partition: Number(partition),
    offset: rest.length === 0 ? Number(offset) : Number.NaN,
  }))
  return entries.every(entry => isCount(entry.partition) && isCount(entry.offset)) ? entries : []
}

/** @throws DiskError */
export function writeOffsetCheckpoint(disk: Disk, path: string, entries: readonly PartitionOffset[]): void {
  const lines = entries.map(({ topic, partition, offset }) => `${topic} ${partition} ${offset}`)
  writeCheckpointLines(disk, path, lines)
}

/** Whether `value` can be an offset, an epoch or a partition: an integer from 0 up. */
export function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

/** The topic id that a partition's directory belongs to, or null where none is recorded. @throws DiskError */
export function readPartitionMetadata(disk: Disk, directory: string): Uuid | null {
  const bytes = disk.readFile(`${directory}/${PARTITION_METADATA}`)
  const id = bytes === null ? null : /^version: 0\ntopic_id: (\S+)\s*$/.exec(text.decode(bytes))?.[1]
  return id ? parseUuid(id) : null
}

/** @throws DiskError */
export function writePartitionMetadata(disk: Disk, directory: string, topicId: Uuid): void {
  disk.writeFile(`${directory}/${PARTITION_METADATA}`, utf8.encode(`version: 0\ntopic_id: ${topicId}`))
}

/** Whether the last shutdown was clean. The marker must go before the first write of the new run. @throws DiskError */
export function hasCleanShutdownMarker(disk: Disk): boolean {
  return disk.size(CLEAN_SHUTDOWN_MARKER) !== null
}

/** Written last of all, when every log is closed. @throws DiskError */
export function writeCleanShutdownMarker(disk: Disk): void {
  disk.writeFile(CLEAN_SHUTDOWN_MARKER, utf8.encode('{"version":0,"brokerEpoch":-1}'))
}

/** @throws DiskError */
export function removeCleanShutdownMarker(disk: Disk): void {
  disk.remove(CLEAN_SHUTDOWN_MARKER)
}
