/** One of the checkpoint files in which Kafka keeps an offset of each partition, replaced as a whole with each change. @module */
import { type PartitionOffset, readOffsetCheckpoint, writeOffsetCheckpoint } from '../log/checkpoints.ts'
import type { Disk } from '../log/disk.ts'
import { partitionDirectory } from '../log/file-names.ts'

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

export class OffsetCheckpoint {
  private byDirectory: ReadonlyMap<string, PartitionOffset>

  /** Reads the file; a missing or damaged one says nothing of any partition. @throws DiskError */
  constructor(
    private readonly disk: Disk,
    private readonly path: string,
  ) {
    this.byDirectory = new Map(readOffsetCheckpoint(disk, path).map(entry => [directoryOf(entry), entry]))
  }

  /** What is known of a partition, or null. */
  offsetOf(of: TopicPartition): number | null {
    return this.byDirectory.get(directoryOf(of))?.offset ?? null
  }

  /** Enters `entries` and writes the file. @throws DiskError: then nothing has changed */
  enter(entries: readonly PartitionOffset[]): void {
    if (entries.length === 0) return
    this.replace(new Map([...this.byDirectory, ...entries.map(entry => [directoryOf(entry), entry] as const)]))
  }

  /** Forgets what is known of `partitions`, which are gone or begin anew. @throws DiskError: then nothing has changed */
  forget(partitions: readonly TopicPartition[]): void {
    const left = new Map(this.byDirectory)
    for (const partition of partitions) left.delete(directoryOf(partition))
    if (left.size < this.byDirectory.size) this.replace(left)
  }

  private replace(entries: ReadonlyMap<string, PartitionOffset>): void {
    writeOffsetCheckpoint(this.disk, this.path, [...entries.values()])
    this.byDirectory = entries
  }
}

function directoryOf({ topic, partition }: TopicPartition): string {
  return partitionDirectory(topic, partition)
}
