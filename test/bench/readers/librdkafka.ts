/**
 * kafka-crab-js, which is librdkafka. For each line `PORT TOPIC COUNT` it reads the first record of TOPIC in COUNT new groups,
 * one after the other, and prints the milliseconds that each took, as one line of JSON: from the subscription, with which
 * librdkafka begins to look for its coordinator, to the record.
 * @module
 */
import { KafkaClient } from 'kafka-crab-js'

const GIVE_UP_MS = 30_000

for await (const line of console) {
  const [port, topic = '', count] = line.split(' ')
  const times: number[] = []
  for (let index = 0; index < Number(count); index++) {
    times.push(await measure(`127.0.0.1:${port}`, topic))
    // A consumer goes with the garbage: until then its threads look for its broker.
    Bun.gc(true)
  }
  console.log(JSON.stringify(times))
}
// Those that are left would keep the program alive.
process.exit()

async function measure(brokers: string, topic: string): Promise<number> {
  const client = new KafkaClient({ brokers, clientId: 'bench', diagnostics: false, logLevel: 'off' })
  const groupId = `librdkafka-${crypto.randomUUID()}`
  const configuration = { 'auto.offset.reset': 'earliest' }
  const consumer = client.createConsumer({ groupId, enableAutoCommit: false, configuration })
  const timer = setTimeout(() => giveUp(), GIVE_UP_MS)
  const started = performance.now()
  await consumer.subscribe(topic)
  await consumer.recv()
  const elapsedMs = performance.now() - started
  clearTimeout(timer)
  await consumer.disconnect()
  return elapsedMs
}

function giveUp(): never {
  console.error('error: no record came')
  process.exit(1)
}
