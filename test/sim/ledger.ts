/** What the world outside knows of the log, and what must therefore be true for ever. @module */

/** One partition of one topic: which record stands at which offset, as far as anybody was told or has read. */
export class PartitionLedger {
  private records: (string | undefined)[] = []

  constructor(private readonly name: string) {}

  /** The offset after the last record that is known. */
  get endOffset(): number {
    return this.records.length
  }

  /** Somebody was told, or has read, that `record` is at `offset`: it will be, always. */
  note(offset: number, record: string): void {
    const known = this.records[offset]
    if (known !== undefined && known !== record) {
      throw new Error(`${this.name} holds ${record} at ${offset}, where ${known} was`)
    }
    this.records[offset] = record
  }

  /** All that the partition holds now: what was known before is there. */
  noteAll(records: readonly string[]): void {
    if (records.length < this.endOffset) {
      throw new Error(`${this.name} ends at ${records.length}, and was known up to ${this.endOffset}`)
    }
    for (const [offset, record] of records.entries()) this.note(offset, record)
  }

  /** The end of the log may have been lost, and no more: what is left is what was there. */
  cutTo(records: readonly string[]): void {
    for (const [offset, record] of records.entries()) this.note(offset, record)
    this.records = [...records]
  }
}

export class Ledger {
  /** Producer ids that were given. */
  readonly producerIds = new Set<number>()
  private writerCount = 0
  private readonly partitions = new Map<string, PartitionLedger>()
  /** Writes of the running broker that it has refused: nobody may see their records while it runs. */
  private readonly refused = new Set<string>()

  /** A name that no writer has. */
  newWriter(kind: 'i' | 'p'): string {
    return `${kind}${this.writerCount++}`
  }

  partition(topicId: string, index: number): PartitionLedger {
    const name = `${topicId}-${index}`
    const known = this.partitions.get(name)
    if (known) return known
    const made = new PartitionLedger(name)
    this.partitions.set(name, made)
    return made
  }

  refuse(records: readonly string[]): void {
    for (const record of records) this.refused.add(record)
  }
  /** They are sent again. */
  readmit(records: readonly string[]): void {
    for (const record of records) this.refused.delete(record)
  }
  /** After a crash the bytes of a write that failed may turn out to be whole. */
  forgetRefused(): void {
    this.refused.clear()
  }

  /** Somebody has read `record`. */
  checkVisible(record: string): void {
    if (this.refused.has(record)) throw new Error(`${record} was refused, and is visible`)
  }
}

/** A record's value says who wrote it and the how manieth of his it is. Padding makes it longer. */
export function recordOf(writer: string, number: number, paddingBytes: number): string {
  return `${writer}:${number}:${'.'.repeat(paddingBytes)}`
}

/**
 * Each writer's records stand in the order in which he wrote them, each once. Of an idempotent writer, whose name begins with
 * `i`, none is missing before the last.
 */
export function checkWriters(records: readonly string[]): void {
  const next = new Map<string, number>()
  for (const record of records) {
    const [writer = '', text] = record.split(':')
    const number = Number(text)
    const expected = next.get(writer) ?? 0
    if (writer.startsWith('i') ? number !== expected : number < expected) {
      throw new Error(`record ${number} of ${writer} stands where ${expected} belongs`)
    }
    next.set(writer, number + 1)
  }
}
