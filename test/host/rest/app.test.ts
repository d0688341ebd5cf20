import { describe, expect, test } from 'bun:test'
import { fetch } from '../../../src/api/01-fetch.ts'
import { metadata } from '../../../src/api/03-metadata.ts'
import { zeroUuid } from '../../../src/base/uuid.ts'
import { fetchOf, headersOf, onlyPartition, produceTo, valuesOf } from '../../sim/world.ts'
import { problem, RestWorld } from './fixture.ts'

const noSuchTopic = [{ parameter: 'name', detail: 'there is no such topic' }]

function makeInternalTopic(world: RestWorld, name: string) {
  world.connect().call(metadata, 12, {
    topics: [{ topicId: zeroUuid, name }],
    allowAutoTopicCreation: true,
    includeClusterAuthorizedOperations: false,
    includeTopicAuthorizedOperations: false,
  })
}

describe('the broker', () => {
  test('says who it is and how long it runs', async () => {
    const world = new RestWorld()
    world.advance(61_500)
    const { status, headers, body } = await world.get('/v1/broker')
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('application/json')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body).toEqual({
      version: '1.2.3',
      broker_id: 1,
      uptime_seconds: 61,
      port: 9092,
      http_port: 8080,
      cluster_id: world.broker.clusterId,
      log_dir: '/data',
    })
  })
})

describe('topics', () => {
  test('are listed by name, with the range of their offsets, without those of Kafka itself', async () => {
    const world = new RestWorld()
    expect((await world.get('/v1/topics')).body).toEqual([])
    world.createTopic('b', 3)
    world.createTopic('a')
    produceTo(world.connect(), 'b', { values: ['1', '2'] }, 1)
    makeInternalTopic(world, '__consumer_offsets')
    expect((await world.get('/v1/topics')).body).toEqual([
      { name: 'a', partitions: 1, start_offset: 0, end_offset: 0 },
      { name: 'b', partitions: 3, start_offset: 0, end_offset: 2 },
    ])
  })

  test('are described by partition', async () => {
    const world = new RestWorld()
    world.createTopic('t', 2)
    produceTo(world.connect(), 't', { values: ['1', '2'] }, 1)
    expect((await world.get('/v1/topics/t')).body).toEqual({
      name: 't',
      partitions: [
        { partition: 0, start_offset: 0, end_offset: 0 },
        { partition: 1, start_offset: 0, end_offset: 2 },
      ],
    })
  })

  test('are deleted once', async () => {
    const world = new RestWorld()
    world.createTopic('t', 2)
    expect((await world.ask('DELETE', '/v1/topics/t')).body).toEqual({ deleted: 't', partitions_removed: 2 })
    const gone = problem(404, { kafka_error: 'UNKNOWN_TOPIC_OR_PARTITION', kafka_code: 3, errors: noSuchTopic })
    expect((await world.ask('DELETE', '/v1/topics/t')).body).toEqual(gone)
    expect((await world.get('/v1/topics/t')).body).toEqual(gone)
  })

  test('are not deleted where that is switched off', async () => {
    const world = new RestWorld({ settings: { 'delete.topic.enable': 'false' } })
    world.createTopic('t')
    const refused = problem(403, { kafka_error: 'TOPIC_DELETION_DISABLED' })
    expect((await world.ask('DELETE', '/v1/topics/t')).body).toEqual(refused)
  })

  test('are not made by being looked at', async () => {
    const world = new RestWorld()
    for (const path of ['/v1/topics/t', '/v1/topics/t/messages', '/v1/topics/t/messages?partition=0']) {
      expect((await world.get(path)).body).toEqual(problem(404, { errors: noSuchTopic }))
    }
    expect((await world.get('/v1/topics')).body).toEqual([])
  })
})

describe('messages', () => {
  const twenty = Array.from({ length: 20 }, (_, place) => ({
    pointer: `#/messages/${place}`,
    detail: expect.any(String),
  }))

  test('make their topic, and are one batch that every client reads', async () => {
    const world = new RestWorld()
    const messages = [{ value: 'hello' }, { key: 'user-1', value: 'world' }, { key: 'user-1', value: null }]
    const { status, body } = await world.post('t', messages)
    expect([status, body]).toEqual([200, { topic: 't', partition: 0, base_offset: 0, record_count: 3 }])
    expect((await world.post('t', [{ value: 'more' }])).body).toMatchObject({ base_offset: 3, record_count: 1 })
    const fetched = onlyPartition(world.connect().call(fetch, 12, fetchOf('t')))
    expect(valuesOf(fetched)).toEqual(['hello', 'world', '', 'more'])
    expect(headersOf(fetched).map(({ recordCount }) => recordCount)).toEqual([3, 1])
  })

  test('come back as they went', async () => {
    const world = new RestWorld()
    const messages = [
      { key: null, value: '', timestamp: 1_700_000_000_123, headers: [] },
      {
        key: '',
        value: null,
        timestamp: 0,
        headers: [
          { key: 'a', value: '1' },
          { key: 'a', value: null },
        ],
      },
      {
        key: '/w==',
        key_encoding: 'base64',
        value: 'ü\0🔑',
        timestamp: 5,
        headers: [{ key: 'b', value: '/w==', value_encoding: 'base64' }],
      },
    ]
    expect((await world.post('t', messages)).status).toBe(200)
    const expected = messages.map((message, offset) => ({ partition: 0, offset, ...message }))
    expect((await world.get('/v1/topics/t/messages')).body).toEqual(expected)
  })

  test('go to the partition that they or the request name, else to that of their key', async () => {
    const world = new RestWorld()
    world.createTopic('t', 3)
    expect((await world.post('t', [{ value: 'a' }, { key: 'k', value: 'b' }], '?partition=2')).body).toEqual({
      topic: 't',
      partition: 2,
      base_offset: 0,
      record_count: 2,
    })
    const messages = [
      { key: 'a', value: '1' },
      { key: 'b', value: '2' },
      { key: 'a', value: '3' },
      { value: '4', partition: 0 },
    ]
    expect((await world.post('t', messages)).body).toEqual({
      topic: 't',
      partition: 1,
      base_offset: 0,
      record_count: 4,
      results: [
        { partition: 1, offset: 0 },
        { partition: 2, offset: 2 },
        { partition: 1, offset: 1 },
        { partition: 0, offset: 0 },
      ],
    })
  })

  test('without a key stay together, and go round from request to request', async () => {
    const world = new RestWorld()
    world.createTopic('t', 3)
    const partitions: unknown[] = []
    for (let count = 0; count < 6; count++) {
      const { body } = await world.post('t', [{ value: 'a' }, { value: 'b' }])
      expect(body).toMatchObject({ record_count: 2 })
      partitions.push((body as { partition: number }).partition)
    }
    expect(partitions).toEqual([0, 1, 2, 0, 1, 2])
  })

  test('that one partition refuses are named; those of the others are written', async () => {
    const world = new RestWorld({ settings: { 'message.max.bytes': '1000' } })
    world.createTopic('t', 2)
    const messages = [
      { value: 'small', partition: 1 },
      { value: 'x'.repeat(2000), partition: 0 },
    ]
    const { status, body } = await world.post('t', messages)
    expect(status).toBe(413)
    expect(body).toEqual(
      problem(413, {
        kafka_error: 'MESSAGE_TOO_LARGE',
        errors: [{ pointer: '#/messages/1', detail: 'is in a batch that is too large' }],
        results: [
          { partition: 1, offset: 0 },
          { partition: 0, kafka_error: 'MESSAGE_TOO_LARGE' },
        ],
      }),
    )
    expect((await world.get('/v1/topics/t/messages')).body).toMatchObject([{ partition: 1, value: 'small' }])
  })

  test('that are too large together are named, but not without end', async () => {
    const world = new RestWorld({ settings: { 'message.max.bytes': '1000' } })
    const { body } = await world.post(
      't',
      Array.from({ length: 100 }, () => ({ value: 'x'.repeat(20) })),
    )
    expect(body).toEqual(problem(413, { kafka_error: 'MESSAGE_TOO_LARGE', errors: twenty }))
  })

  test('that the topic does not take are named one by one', async () => {
    const world = new RestWorld()
    world.createTopic('t', 1, { 'cleanup.policy': 'compact' })
    const { body } = await world.post('t', [{ key: 'k', value: 'v' }, { value: 'no key' }])
    const errors = [{ pointer: '#/messages/1', detail: expect.any(String) }]
    expect(body).toEqual(problem(422, { kafka_error: 'INVALID_RECORD', errors }))
  })

  test('that the topic does not take are named, but not without end', async () => {
    const world = new RestWorld()
    world.createTopic('t', 1, { 'cleanup.policy': 'compact' })
    const { body } = await world.post(
      't',
      Array.from({ length: 100 }, () => ({ value: 'no key' })),
    )
    expect(body).toEqual(problem(422, { kafka_error: 'INVALID_RECORD', errors: twenty }))
  })

  test.each([
    ['?partition=1', 404, [{ parameter: 'partition', detail: 'must be below 1' }]],
    ['?partition=x', 422, [{ parameter: 'partition', detail: 'must be a whole number from 0 to 2147483647' }]],
    ['?acks=1', 422, [{ parameter: 'acks', detail: 'is not known' }]],
  ])('are refused with %s', async (query, status, errors) => {
    const world = new RestWorld()
    expect((await world.post('t', [{ value: 'v' }], query)).body).toEqual(problem(status, { errors }))
    // Not by this either.
    expect((await world.get('/v1/topics')).body).toEqual([])
  })

  test('are refused where the topic, that is there or would be, has no such partition', async () => {
    const world = new RestWorld({ settings: { 'num.partitions': '2' } })
    world.createTopic('three', 3)
    const messages = (partition: number) => [{ value: 'v' }, { value: 'v', partition }]
    const errors = (count: number) => [{ pointer: '#/messages/1/partition', detail: `must be below ${count}` }]
    expect((await world.post('three', messages(3))).body).toEqual(problem(422, { errors: errors(3) }))
    expect((await world.get('/v1/topics/three/messages')).body).toEqual([])
    expect((await world.post('t', messages(2))).body).toEqual(problem(422, { errors: errors(2) }))
    const parameter = [{ parameter: 'partition', detail: 'must be below 2' }]
    expect((await world.post('t', [{ value: 'v' }], '?partition=2')).body).toEqual(problem(404, { errors: parameter }))
    expect((await world.get('/v1/topics')).body).toMatchObject([{ name: 'three' }])
    expect((await world.post('t', [{ value: 'v', partition: 1 }])).body).toMatchObject({ partition: 1, base_offset: 0 })
    expect((await world.post('u', [{ value: 'v' }], '?partition=1')).body).toMatchObject({ partition: 1 })
    expect((await world.get('/v1/topics')).body).toMatchObject([
      { name: 't', partitions: 2 },
      { name: 'three', partitions: 3 },
      { name: 'u', partitions: 2 },
    ])
  })

  test("are refused where the topic is Kafka's own, which they do not make, or its name is none", async () => {
    const world = new RestWorld()
    const own = '__consumer_offsets'
    const missing = problem(404, { kafka_error: 'UNKNOWN_TOPIC_OR_PARTITION', errors: noSuchTopic })
    expect((await world.post(own, [{ value: 'v' }])).body).toEqual(missing)
    expect((await world.post(own, [{ value: 'v' }], '?partition=7')).body).toEqual(missing)
    expect((await world.get(`/v1/topics/${own}`)).status).toBe(404)
    makeInternalTopic(world, own)
    const invalid = { kafka_error: 'INVALID_TOPIC_EXCEPTION' }
    const errors = [{ parameter: 'name', detail: "the topic is the broker's own" }]
    expect((await world.post(own, [{ value: 'v' }])).body).toEqual(problem(422, { ...invalid, errors }))
    const nameless = [{ parameter: 'name', detail: expect.any(String) }]
    expect((await world.post('a%20b', [{ value: 'v' }])).body).toEqual(problem(422, { ...invalid, errors: nameless }))
  })

  test('are refused where topics are not made by themselves', async () => {
    const world = new RestWorld({ settings: { 'auto.create.topics.enable': 'false' } })
    for (const query of ['', '?partition=7']) {
      expect((await world.post('t', [{ value: 'v' }], query)).body).toEqual(problem(404, { errors: noSuchTopic }))
    }
  })

  test.each([
    ['content-type', 'text/plain', null],
    ['content-encoding', 'gzip', 'identity'],
  ])('are refused where %s is %s', async (header, value, accepted) => {
    const world = new RestWorld()
    const asked = { body: { messages: [{ value: 'v' }] }, headers: { [header]: value } }
    const { status, headers, body } = await world.ask('POST', '/v1/topics/t/messages', asked)
    expect([status, headers.get('accept-encoding')]).toEqual([415, accepted])
    expect(body).toEqual(problem(415, { errors: [{ header, detail: expect.any(String) }] }))
    expect((await world.get('/v1/topics')).body).toEqual([])
  })

  test('are refused by a disk that is full, and come again', async () => {
    const world = new RestWorld()
    world.createTopic('t')
    world.disk.fault = operation => (operation === 'write' ? 'ENOSPC' : null)
    expect((await world.post('t', [{ value: 'v' }])).body).toEqual(problem(503, { kafka_error: 'KAFKA_STORAGE_ERROR' }))
    world.disk.fault = () => null
    expect((await world.post('t', [{ value: 'v' }])).body).toMatchObject({ base_offset: 0 })
  })
})

describe('what a query gets wrong is named', () => {
  test.each([
    ['offset', '-1'],
    ['offset', 'x'],
    ['offset', ''],
    ['offset', '1e3'],
    ['offset', '0x10'],
    ['offset', ' 1'],
    ['offset', '9007199254740992'],
    ['limit', '-1'],
    ['limit', '1001'],
    ['limit', '1.5'],
    ['partition', 'all'],
    ['partition', '2147483648'],
    ['ofset', '1'],
  ])('%s=%s', async (name, value) => {
    const world = new RestWorld()
    world.createTopic('t')
    const { body } = await world.get(`/v1/topics/t/messages?${name}=${encodeURIComponent(value)}`)
    expect(body).toEqual(problem(422, { errors: [{ parameter: name, detail: expect.any(String) }] }))
  })

  test('a partition that is not there', async () => {
    const world = new RestWorld()
    world.createTopic('t')
    const { body } = await world.get('/v1/topics/t/messages?partition=1')
    expect(body).toEqual(problem(404, { errors: [{ parameter: 'partition', detail: 'must be below 1' }] }))
  })
})

describe('HTTP', () => {
  test.each([
    ['GET', '/v1/broker', 200],
    ['GET', '/v1/topics', 200],
    ['GET', '/v1/topics/t', 200],
    ['GET', '/v1/topics/t/messages', 200],
    ['GET', '/v1/topics/t/messages?offset=1', 200],
    ['GET', '/v1/groups', 200],
    ['DELETE', '/v1/topics/t', 200],
    ['GET', '/v1/topics/x', 404],
    ['GET', '/x', 404],
    ['PUT', '/v1/topics', 405],
  ])('the answer to %s %s ends with its line', async (method, path, status) => {
    const world = new RestWorld()
    await world.post('t', [{ value: 'v' }])
    const response = await world.respond(method, path)
    expect(response.status).toBe(status)
    expect(await response.text()).toMatch(/^[[{].*[\]}]\n$/)
  })

  test.each([
    ['PUT', '/v1/topics', 'GET, HEAD, OPTIONS'],
    ['POST', '/v1/topics/t', 'GET, DELETE, HEAD, OPTIONS'],
    ['DELETE', '/v1/topics/t/messages', 'GET, POST, HEAD, OPTIONS'],
    ['PATCH', '/v1/groups/g', 'GET, HEAD, OPTIONS'],
  ])('%s %s is not allowed', async (method, path, allow) => {
    const { status, headers, body } = await new RestWorld().ask(method, path)
    expect([status, headers.get('allow')]).toEqual([405, allow])
    expect(body).toEqual(problem(405))
  })

  test('OPTIONS says what is', async () => {
    const { status, headers, body } = await new RestWorld().ask('OPTIONS', '/v1/topics/t/messages')
    expect([status, headers.get('allow'), body]).toEqual([204, 'GET, POST, HEAD, OPTIONS', null])
    expect(headers.get('access-control-allow-origin')).toBeNull()
  })

  test('a slash at the end does not matter', async () => {
    expect((await new RestWorld().get('/v1/topics/')).body).toEqual([])
  })

  test.each([
    '/',
    '/v1',
    '/v1/',
    '/v2/topics',
    '/v1/topics/t/messages/0',
    '/v1//topics',
    '/%2e%2e/etc/passwd',
    '/v1/topics/t%2Fmessages/x',
  ])('there is nothing at %s', async path => {
    const { status, headers, body } = await new RestWorld().get(path)
    expect([status, headers.get('content-type')]).toEqual([404, 'application/problem+json'])
    expect(body).toEqual(problem(404))
  })

  test.each(['a%2Fb', '%2e%2e%2f', '%00', '%FF', '%E0%A4', '%', `${'x'.repeat(300)}`, encodeURIComponent('тема')])(
    'a topic %s cannot be',
    async name => {
      for (const path of [`/v1/topics/${name}`, `/v1/topics/${name}/messages`]) {
        const { status, body } = await new RestWorld().get(path)
        expect([404, 422]).toContain(status)
        expect(body).toEqual(problem(status))
      }
    },
  )

  test('over loopback it answers to names of its own alone', async () => {
    const world = new RestWorld()
    const asked = { headers: { host: 'evil.example.com:8080' } }
    expect((await world.ask('GET', '/v1/topics', asked)).body).toEqual(problem(403))
    expect((await world.ask('GET', '/v1/topics', { ...asked, remoteAddress: '10.0.0.7' })).status).toBe(200)
    expect((await world.ask('GET', '/v1/topics', { headers: { host: 'broker.example.com' } })).status).toBe(200)
  })
})

describe('errors of ours', () => {
  test('go to the log, and nothing of them to the client', async () => {
    const world = new RestWorld({}, { call: () => Promise.reject(new Error('secret')) })
    const { status, body } = await world.get('/v1/topics')
    expect(status).toBe(500)
    expect(body).toEqual(problem(500))
    expect(JSON.stringify(body)).not.toMatch(/secret|\.ts|at /)
    expect(world.errors).toEqual([expect.stringContaining('secret')])
  })

  test('a broker that stops says so', async () => {
    const world = new RestWorld()
    world.local.close()
    expect((await world.get('/v1/topics')).body).toEqual(problem(503))
    expect(world.errors).toEqual([])
  })
})
