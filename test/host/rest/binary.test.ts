/** REST of the compiled binary, beside real clients. @module */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { CompressionTypes, Kafka, logLevel, Partitioners } from 'kafkajs'
import type { Message } from '../../../src/host/rest/message.ts'
import { binary as binaryPath, type RunningBroker, runToEnd, startBroker } from '../../binary.ts'
import { readWithLibrdkafka, readWithPlatformatic, readWithWire } from '../../clients/readers.ts'
import { type Sample, samples, seen, seenInOrder } from '../../clients/samples.ts'
import { temporaryDirectory } from '../directory.ts'

const directory = temporaryDirectory()
let broker: RunningBroker
let kafka: Kafka

beforeAll(async () => {
  broker = await startBroker({ directory: directory.path, flags: ['--http-port', '0', '--topic', 'three:3'] })
  kafka = new Kafka({ clientId: 'kafkajs', brokers: [broker.address], logLevel: logLevel.NOTHING })
})
afterAll(async () => {
  expect(await broker.stop()).toBe(0)
  expect(await broker.stderr).toBe('')
  directory[Symbol.dispose]()
})

function url(path: string, { httpPort } = broker): string {
  return `http://127.0.0.1:${httpPort}/v1${path}`
}

async function get<T = unknown>(path: string): Promise<T> {
  return (await fetch(url(path))).json() as Promise<T>
}

function post(topic: string, messages: readonly object[]): Promise<Response> {
  const headers = { 'content-type': 'application/json' }
  return fetch(url(`/topics/${topic}/messages`), { method: 'POST', headers, body: JSON.stringify({ messages }) })
}

/** All of it as base64. */
function asMessage({ key, value, headers }: Sample): object {
  const shownValue = (bytes: Buffer | null) => ({ value: bytes?.toString('base64') ?? null, value_encoding: 'base64' })
  return {
    key: key?.toString('base64') ?? null,
    key_encoding: 'base64',
    ...shownValue(value),
    headers: Object.entries(headers).map(([key, of]) => ({ key, ...shownValue(of) })),
  }
}

function seenIn({ partition, offset, headers, ...message }: Message) {
  const bytes = (text: string | null, encoding: 'base64' | 'utf8' = 'utf8') =>
    text === null ? null : Buffer.from(text, encoding)
  return seen({
    partition,
    offset,
    key: bytes(message.key, message.key_encoding),
    value: bytes(message.value, message.value_encoding),
    headers: headers.map(({ key, value, value_encoding }) => [key, bytes(value, value_encoding)]),
  })
}

/** The port is taken from now on, by us or by whoever had it before. */
function takeDefaultPort(): Disposable {
  try {
    const listener = Bun.listen({ hostname: '127.0.0.1', port: 8080, socket: { data() {} } })
    return { [Symbol.dispose]: () => listener.stop(true) }
  } catch {
    return { [Symbol.dispose]: () => {} }
  }
}

describe('what REST writes', () => {
  test('any Kafka client reads', async () => {
    expect(await (await post('written', samples.map(asMessage))).json()).toMatchObject({
      base_offset: 0,
      record_count: samples.length,
    })
    const expected = seenInOrder(samples)
    expect((await readWithWire(broker, 'written')).records).toEqual(expected)
    expect(await readWithLibrdkafka(broker, 'written', expected.length)).toEqual(expected)
    expect(await readWithPlatformatic(broker, 'written')).toEqual(expected)
  })

  test('lies in the partitions that a producer would choose', async () => {
    const keys = Array.from({ length: 50 }, (_, index) => `key-${index}`)
    await post(
      'three',
      keys.map(key => ({ key, value: 'rest' })),
    )
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
    await producer.connect()
    await producer.send({ topic: 'three', messages: keys.map(key => ({ key, value: 'kafkajs' })) })
    await producer.disconnect()
    const { records } = await readWithWire(broker, 'three')
    const places = (value: string) =>
      records.filter(record => record.value === value).map(({ key, partition }) => `${key} ${partition}`)
    expect(places('rest').sort()).toEqual(places('kafkajs').sort())
    expect(new Set(records.map(({ partition }) => partition)).size).toBe(3)
  })
})

test('what a Kafka client writes, compressed and with headers, REST shows byte for byte', async () => {
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
  await producer.connect()
  for (const compression of [CompressionTypes.None, CompressionTypes.GZIP]) {
    await producer.send({ topic: 'shown', compression, messages: samples.map(sample => ({ ...sample })) })
  }
  await producer.disconnect()
  const messages = await get<Message[]>('/topics/shown/messages?limit=1000')
  expect(messages.map(({ offset }) => offset)).toEqual([...samples, ...samples].map((_, index) => index))
  expect(messages.map(seenIn)).toEqual(
    [...seenInOrder(samples), ...seenInOrder(samples)].map((of, offset) => ({ ...of, offset })),
  )
})

test('groups are shown while they live and after', async () => {
  await post('consumed', [{ value: 'a' }, { value: 'b' }])
  const consumer = kafka.consumer({ groupId: 'readers', maxWaitTimeInMs: 50 })
  await consumer.connect()
  await consumer.subscribe({ topic: 'consumed', fromBeginning: true })
  let readCount = 0
  await consumer.run({ eachMessage: async () => void readCount++ })
  while (readCount < 2) await Bun.sleep(5)
  await consumer.commitOffsets([{ topic: 'consumed', partition: 0, offset: '2' }])
  expect(await get('/groups')).toEqual([{ group_id: 'readers', state: 'Stable', generation_id: 1, member_count: 1 }])
  expect(await get('/groups/readers')).toMatchObject({
    group_id: 'readers',
    state: 'Stable',
    generation_id: 1,
    protocol_type: 'consumer',
    protocol_name: 'RoundRobinAssigner',
    members: [{ client_id: 'kafkajs', assignment: [{ topic: 'consumed', partitions: [0] }] }],
    committed_offsets: { 'consumed-0': 2 },
  })
  await consumer.disconnect()
  expect(await get('/groups/readers')).toMatchObject({
    state: 'Empty',
    members: [],
    committed_offsets: { 'consumed-0': 2 },
  })
  expect(await get('/topics')).not.toContainEqual(expect.objectContaining({ name: '__consumer_offsets' }))
})

describe('the port', () => {
  test('asked for and taken: one line, and exit code 1', async () => {
    using other = temporaryDirectory()
    const flags = ['--port', '0', '--data-dir', other.path, '--http-port', String(broker.httpPort)]
    const { exitCode, stdout, stderr } = await runToEnd(...flags)
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toMatch(/^strikemq: cannot listen on 127\.0\.0\.1 port \d+: it is taken; [^\n]*--http-port 0\n$/)
    // It has closed what it had opened.
    await using again = await startBroker({ directory: other.path })
    expect(await again.stop()).toBe(0)
    expect(await again.stderr).toBe('')
  })

  test('8080 taken and not asked for: one warning, and REST is off', async () => {
    using other = temporaryDirectory()
    using _taken = takeDefaultPort()
    const child = Bun.spawn([binaryPath(), '--port', '0', '--data-dir', other.path, '--json'], {
      stdout: 'pipe',
      stderr: 'pipe',
    })
    const { value } = await child.stdout.getReader().read()
    expect(JSON.parse(Buffer.from(value ?? []).toString())).toMatchObject({
      event: 'ready',
      http: null,
      httpPort: null,
    })
    child.kill('SIGTERM')
    expect(await child.exited).toBe(0)
    expect(await child.stderr.text()).toMatch(
      /^\S+ WARN REST is off: cannot listen on [^\n]* port 8080: it is taken[^\n]*\n$/,
    )
  })
})

test('ready says where REST is', async () => {
  using other = temporaryDirectory()
  const file = `${other.path}/ready.json`
  await using one = await startBroker({
    directory: `${other.path}/data`,
    flags: ['--http-port', '0', '--ready-file', file],
  })
  const { http, httpPort } = await Bun.file(file).json()
  expect([http, httpPort]).toEqual([`http://127.0.0.1:${one.httpPort}`, one.httpPort])
  expect(await (await fetch(`${http}/v1/broker`)).json()).toMatchObject({ port: one.port, http_port: httpPort })
  // The connection of that request is still open.
  const stoppedAt = performance.now()
  expect(await one.stop()).toBe(0)
  expect(performance.now() - stoppedAt).toBeLessThan(1000)
  expect(await one.stderr).toBe('')
})

describe('never a stack trace', () => {
  test.each<[string, string, RequestInit]>([
    ['bad JSON', '/topics/t/messages', { method: 'POST', body: '{"messages":[{"value":' }],
    ['deep JSON', '/topics/t/messages', { method: 'POST', body: '{"messages":'.repeat(100_000) }],
    ['deep and whole JSON', '/topics/t/messages', { method: 'POST', body: '['.repeat(500_000) + ']'.repeat(500_000) }],
    ['a huge body', '/topics/t/messages', { method: 'POST', body: ' '.repeat(20_000_000) }],
    ['millions of things', '/topics/t/messages', { method: 'POST', body: `{"messages":[${'0,'.repeat(3_000_000)}0]}` }],
    [
      'strange keys',
      '/topics/t/messages',
      { method: 'POST', body: '{"__proto__":1,"constructor":{"prototype":2},"messages":[]}' },
    ],
    [
      'wrong types',
      '/topics/t/messages',
      { method: 'POST', body: '{"messages":[{"value":{"a":[]}},7,null,[[]],true]}' },
    ],
    ['encoded slashes', '/topics/..%2f..%2fetc%2fpasswd/messages', {}],
    ['a null byte', '/topics/%00/messages', {}],
    ['a broken escape', '/topics/%zz', {}],
    ['a long name', `/topics/${'x'.repeat(1000)}`, {}],
    ['a strange query', '/topics/three/messages?limit[]=1&offset=%00&offset=2&__proto__=3', {}],
    ['another method', '/broker', { method: 'DELETE' }],
  ])('%s', async (_, path, request) => {
    const response = await fetch(url(path), { headers: { 'content-type': 'application/json' }, ...request })
    const text = await response.text()
    expect(response.status).toBeGreaterThanOrEqual(400)
    expect(response.status).toBeLessThan(500)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(JSON.parse(text)).toMatchObject({ status: response.status })
    expect(text).not.toMatch(/\bat \S+:\d+|\.ts\b|bunfs/)
    expect(text.length).toBeLessThan(20_000)
  })
})
