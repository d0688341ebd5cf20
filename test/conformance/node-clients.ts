/** The clients of Node.js, each writing the samples to a topic in its own way. @module */
import { deepEqual } from 'node:assert/strict'
import { Producer } from '@platformatic/kafka'
import { KafkaClient } from 'kafka-crab-js'
import { CompressionTypes, Kafka, logLevel } from 'kafkajs'
import { createTopic } from '../clients/requests.ts'
import { samples, seen, seenInOrder } from '../clients/samples.ts'
import { connect } from '../clients/wire-client.ts'
import { type PartitionView, recordsOf, viewCluster } from './cluster-view.ts'
import type { Report } from './report.ts'

interface NodeClient {
  readonly name: string
  /** Writes every sample, in order, to partition 0 of `topic` at `address`. */
  write(address: string, topic: string): Promise<void>
}

export const nodeClients: readonly NodeClient[] = [
  { name: 'kafkajs', write: writeWithKafkajs },
  { name: 'platformatic', write: writeWithPlatformatic },
  { name: 'kafka-crab-js', write: writeWithCrab },
]

/** Each writes to the topic of its name. */
export async function checkNodeClients(report: Report, port: number): Promise<void> {
  for (const { name, write } of nodeClients) {
    await report.check(`${name} writes every sample`, async () => {
      using client = await connect(port)
      await createTopic(client, name, 1)
      await write(`127.0.0.1:${port}`, name)
      deepEqual(seenIn((await viewCluster(port)).get(name)?.partitions[0]), seenInOrder(samples))
    })
  }
}

function seenIn(view: PartitionView | undefined) {
  const records = view ? recordsOf(view) : []
  return records.map(({ headers, ...record }) =>
    seen({ ...record, partition: 0, headers: headers.map(({ key, value }) => [key, value] as const) }),
  )
}

async function writeWithKafkajs(address: string, topic: string): Promise<void> {
  const kafka = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING })
  const producer = kafka.producer({ idempotent: true })
  await producer.connect()
  const messages = samples.map(sample => ({ ...sample, headers: { ...sample.headers } }))
  for (const message of messages) {
    await producer.send({ topic, messages: [message], compression: CompressionTypes.GZIP })
  }
  await producer.disconnect()
}

async function writeWithPlatformatic(address: string, topic: string): Promise<void> {
  const producer = new Producer({ clientId: 'conformance', bootstrapBrokers: [address] })
  for (const { key, value, headers } of samples) {
    const names = new Map(Object.entries(headers).map(([name, of]) => [Buffer.from(name), of]))
    const message = { topic, partition: 0, headers: names, ...(key && { key }), ...(value && { value }) }
    await producer.send({ messages: [message], compression: 'zstd', acks: -1 })
  }
  await producer.close()
}

async function writeWithCrab(address: string, topic: string): Promise<void> {
  const configuration = { 'compression.codec': 'snappy', 'enable.idempotence': 'true' }
  const producer = new KafkaClient({ brokers: address, diagnostics: false }).createProducer({ configuration })
  const messages = samples.map(({ key, value, headers }) => ({
    headers: { ...headers },
    ...(key && { key }),
    ...(value ? { payload: value } : { isTombstone: true }),
  }))
  await producer.send({ topic, messages })
}
