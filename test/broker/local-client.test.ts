import { describe, expect, test } from 'bun:test'
import { produce } from '../../src/api/00-produce.ts'
import { fetch } from '../../src/api/01-fetch.ts'
import { saslHandshake } from '../../src/api/17-sasl-handshake.ts'
import { concatBytes } from '../../src/base/bytes.ts'
import { LocalClientClosed } from '../../src/broker/local-client.ts'
import { MalformedError } from '../../src/wire/errors.ts'
import { batchOf, fetchOf, onlyPartition, produceOf, produceTo, valuesOf, World } from '../sim/world.ts'

const caller = { name: 'within', address: '127.0.0.1', endpoint: { host: 'here', port: 1 }, roomBytes: 1_000_000 }

function worldWithTopic(logsRequests = false) {
  const world = new World({ logsRequests })
  world.createTopic('t')
  return { world, local: world.broker.connectLocally(caller) }
}

describe('a client within the process', () => {
  test('gets what it asks for in one turn: what it has written is on disk, and others read it', async () => {
    const { world, local } = worldWithTopic()
    const written = local.call(
      produce,
      9,
      produceOf('t', { 0: batchOf({ values: ['a', 'b'] }) }),
      ({ responses }) => responses,
    )
    expect(valuesOf(onlyPartition(world.connect().call(fetch, 12, fetchOf('t'))))).toEqual(['a', 'b'])
    expect((await written)[0]?.partitionResponses).toMatchObject([{ index: 0, errorCode: 0, baseOffset: 0 }])
  })

  test('sees byte views within the turn', async () => {
    const { world, local } = worldWithTopic()
    produceTo(world.connect(), 't', { values: ['a'] })
    const bytes = await local.call(fetch, 12, fetchOf('t'), ({ responses }) =>
      concatBytes(responses[0]?.partitions[0]?.records ?? []).slice(),
    )
    expect(valuesOf({ records: [bytes] })).toEqual(['a'])
  })

  test('wakes those who wait, and waits itself', async () => {
    const { world, local } = worldWithTopic()
    const waiting = { maxWaitMs: 500, minBytes: 1 }
    const reader = world.connect().ask(fetch, 12, fetchOf('t', waiting))
    let isAnswered = false
    const own = local.call(fetch, 12, fetchOf('t', waiting), answer => {
      isAnswered = true
      return answer.responses.length
    })
    expect([reader.answer, isAnswered]).toEqual([null, false])
    local.call(produce, 9, produceOf('t', { 0: batchOf() }), () => null)
    expect([reader.answer === null, isAnswered]).toEqual([false, true])
    expect(await own).toBe(1)
  })

  test('is told of a disk that refuses, as any client is', async () => {
    const { world, local } = worldWithTopic()
    world.disk.fault = operation => (operation === 'write' ? 'ENOSPC' : null)
    const codes = await local.call(produce, 9, produceOf('t', { 0: batchOf() }), ({ responses }) =>
      responses[0]?.partitionResponses.map(of => of.errorCode),
    )
    expect(codes).toEqual([56])
  })

  test('is seen in the log of requests', () => {
    const { world, local } = worldWithTopic(true)
    local.call(fetch, 12, fetchOf('t'), () => null)
    expect(world.requestLines.at(-1)).toStartWith('within within Fetch v12 ')
  })
})

describe('what cannot be answered is rejected', () => {
  test('an API or a version that is not served', async () => {
    const { local } = worldWithTopic()
    const handshake = local.call(saslHandshake, 1, { mechanism: 'PLAIN' }, () => null)
    expect(handshake).rejects.toThrow(MalformedError)
    expect(local.call(fetch, 99, fetchOf('t'), () => null)).rejects.toThrow(MalformedError)
  })

  test('an answer that is not taken, now or later, without harm to others', async () => {
    const { world, local } = worldWithTopic()
    const fail = () => {
      throw new Error('not taken')
    }
    expect(local.call(fetch, 12, fetchOf('t'), fail)).rejects.toThrow('not taken')
    const later = local.call(fetch, 12, fetchOf('t', { maxWaitMs: 500, minBytes: 1 }), fail)
    expect(produceTo(world.connect(), 't').errorCode).toBe(0)
    expect(later).rejects.toThrow('not taken')
  })

  test('anything once it is closed', () => {
    const { local } = worldWithTopic()
    local.close()
    expect(local.call(fetch, 12, fetchOf('t'), () => null)).rejects.toThrow(LocalClientClosed)
  })
})
