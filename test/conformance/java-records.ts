/** Records as Kafka's own consumer sees them (Records.java), and as they should be seen. @module */
import { deepEqual } from 'node:assert/strict'
import { timestampTypeOf } from '../../src/wire/records/batch.ts'
import { type RecordEntry, readRecords } from '../../src/wire/records/record.ts'
import { type ClusterView, headersOf, MAX_RECORD_BYTES, type PartitionView } from './cluster-view.ts'
import { javaProgram } from './commands.ts'

/** Reads every topic of `view` with an assigned consumer of Kafka. Throws where it sees other records than `view`. */
export async function requireReadByJava(port: number, view: ClusterView): Promise<void> {
  const topics = [...view.keys()]
  const lines = (await javaProgram('Records.java', 'read', `127.0.0.1:${port}`, ...topics)).split('\n').filter(Boolean)
  const expected = topics.flatMap(
    topic => view.get(topic)?.partitions.flatMap((log, p) => linesOf(topic, p, log)) ?? [],
  )
  deepEqual(lines.sort(), expected.sort())
}

/** Writes the values 0 … `count` - 1 with Kafka's idempotent producer to the topic's first partition. */
export function writeWithJava(port: number, topic: string, count: number): Promise<string> {
  return javaProgram('Records.java', 'write', `127.0.0.1:${port}`, topic, String(count))
}

/** The lines that Records.java prints for a partition. */
function linesOf(topic: string, partition: number, view: PartitionView): string[] {
  return headersOf(view).flatMap(header =>
    readRecords(view.batches, header, MAX_RECORD_BYTES)
      // The first batch may begin before the log does.
      .filter(({ offset }) => offset >= view.logStartOffset)
      .map(record =>
        [topic, partition, record.offset, timestampTypeOf(header.attributes), ...fieldsOf(record)].join('\t'),
      ),
  )
}

function fieldsOf({ timestamp, key, value, headers }: RecordEntry): (string | number)[] {
  return [timestamp, text(key), text(value), headers.map(header => `${header.key}=${text(header.value)}`).join(',')]
}

function text(bytes: Uint8Array | null): string {
  return bytes === null ? 'null' : Buffer.from(bytes).toString('base64')
}
