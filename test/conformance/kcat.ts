/** kcat, which is librdkafka: it lists, writes and reads. @module */
import { deepEqual, equal, match } from 'node:assert/strict'
import { apis } from '../../src/api/index.ts'
import { servedApis } from '../../src/broker/dispatch.ts'
import { codecOf } from '../../src/wire/records/batch.ts'
import { CODEC_IDS, CODEC_NAMES, type CodecName } from '../../src/wire/records/compression/index.ts'
import { createTopic } from '../clients/requests.ts'
import { samples } from '../clients/samples.ts'
import { connect } from '../clients/wire-client.ts'
import { type ClusterView, headersOf, viewCluster } from './cluster-view.ts'
import { outputOf } from './commands.ts'
import { nodeClients } from './node-clients.ts'
import type { Report } from './report.ts'

const RECORDS = 1000
const PARTITIONS = 3
const FIND_COORDINATOR = 10
const HEADERS = ['-H', 'origin=kcat', '-H', 'empty=']

/** Writes with every codec, each to the topic of its name, and reads that again. */
export async function checkKcat(report: Report, port: number): Promise<void> {
  await report.check('kcat lists a topic and its partitions', async () => {
    using client = await connect(port)
    await createTopic(client, 'kcat', PARTITIONS)
    const listing = await kcat(port, ['-L', '-t', 'kcat'])
    match(listing, /topic "kcat" with 3 partitions/)
    equal(listing.match(/leader 1, replicas: 1, isrs: 1/g)?.length, PARTITIONS)
  })
  for (const codec of CODEC_NAMES) {
    const topic = `kcat-${codec}`
    const settings = ['-X', `compression.codec=${codec}`, '-X', 'enable.idempotence=true', '-X', 'linger.ms=50']
    await report.check(`kcat writes with ${codec} what kcat reads`, async () => {
      await kcat(port, ['-P', '-t', topic, '-p', '0', '-K', ':', ...HEADERS, ...settings], lines('').join('\n'))
      const format = ['-f', '%o %k:%s %h\n']
      const read = await kcat(port, ['-C', '-e', '-t', topic, '-o', 'beginning', '-X', 'check.crcs=true', ...format])
      deepEqual(
        read.trimEnd().split('\n'),
        lines(' origin=kcat,empty=').map((line, offset) => `${offset} ${line}`),
      )
      deepEqual(codecsIn(await viewCluster(port), topic), [CODEC_IDS[codecUsed(codec)]])
    })
  }
}

/** Reads what the clients of Node.js wrote. */
export async function checkKcatReads(report: Report, port: number): Promise<void> {
  for (const { name } of nodeClients) {
    await report.check(`kcat reads what ${name} writes`, async () => {
      const format = ['-f', '%o %K %S\n']
      const read = await kcat(port, ['-C', '-e', '-t', name, '-o', 'beginning', '-X', 'check.crcs=true', ...format])
      const sizes = samples.map(({ key, value }, offset) => `${offset} ${key?.length ?? -1} ${value?.length ?? -1}`)
      deepEqual(read.trimEnd().split('\n'), sizes)
    })
  }
}

function kcat(port: number, args: readonly string[], input?: string): Promise<string> {
  return outputOf(['kcat', '-q', '-b', `127.0.0.1:${port}`, ...args], input === undefined ? {} : { input })
}

function lines(end: string): string[] {
  return Array.from(
    { length: RECORDS },
    (_, index) => `key ${index}:value ${index} ${'strikemq '.repeat(index % 50)}.${end}`,
  )
}

/** librdkafka takes lz4 only for brokers that have FindCoordinator, and writes without a codec to others. */
function codecUsed(codec: CodecName): CodecName {
  const hasFindCoordinator = servedApis(apis).some(({ apiKey }) => apiKey === FIND_COORDINATOR)
  return codec === 'lz4' && !hasFindCoordinator ? 'none' : codec
}

function codecsIn(view: ClusterView, topic: string): number[] {
  const headers = view.get(topic)?.partitions.flatMap(headersOf) ?? []
  return [...new Set(headers.map(({ attributes }) => codecOf(attributes)))]
}
