/** What other clients wrote, read by Kafka's own assigned consumers and tools. @module */
import { deepEqual, equal } from 'node:assert/strict'
import { samples } from '../clients/samples.ts'
import { viewCluster } from './cluster-view.ts'
import { kafkaTool } from './commands.ts'
import { requireReadByJava } from './java-records.ts'
import type { Report } from './report.ts'

/** Reads every topic that is there, one of which kafkajs wrote. */
export async function checkJavaReaders(report: Report, port: number): Promise<void> {
  const broker = `127.0.0.1:${port}`
  const view = await viewCluster(port)
  await report.check(`Kafka's assigned consumers read ${view.size} topics`, () => requireReadByJava(port, view))
  await report.check(`Kafka's ConsoleConsumer reads a partition from an offset`, () => readWithConsole(broker))
  await report.check(`Kafka's GetOffsetShell tells the ends of all partitions`, async () => {
    const text = await kafkaTool(
      'org.apache.kafka.tools.GetOffsetShell',
      '--bootstrap-server',
      broker,
      '--time',
      'latest',
    )
    const ends = [...view].flatMap(([topic, { partitions }]) =>
      partitions.map(({ highWatermark }, partition) => `${topic}:${partition}:${highWatermark}`),
    )
    deepEqual(text.trim().split('\n').sort(), ends.sort())
  })
}

async function readWithConsole(broker: string): Promise<void> {
  const from = 4
  const text = await kafkaTool(
    'org.apache.kafka.tools.consumer.ConsoleConsumer',
    ...['--bootstrap-server', broker, '--topic', 'kafkajs', '--partition', '0', '--offset', String(from)],
    ...['--max-messages', '1', '--formatter-property', 'print.key=true', '--formatter-property', 'print.offset=true'],
  )
  const sample = samples[from]
  equal(text.trim(), `Offset:${from}\t${sample?.key}\t${sample?.value}`)
}
