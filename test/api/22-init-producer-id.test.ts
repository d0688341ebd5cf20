import { describe, expect, test } from 'bun:test'
import { initProducerId } from '../../src/api/22-init-producer-id.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import type { Draft } from '../../src/wire/schema.ts'
import type { SimClient } from '../sim/client.ts'
import { World } from '../sim/world.ts'

type Request = Partial<Draft<typeof initProducerId.request>>

function ask(client: SimClient, version = 4, request: Request = {}) {
  const plain = { transactionalId: null, transactionTimeoutMs: 1000, enable2Pc: false, keepPreparedTxn: false }
  return client.call(initProducerId, version, { ...plain, ...request })
}

const BLOCK = 1000

describe('InitProducerId', () => {
  test.each([0, 1, 2, 3, 4, 5])('version %i gives an id in epoch 0', version => {
    const client = new World().connect()
    expect(ask(client, version)).toMatchObject({ errorCode: 0, producerId: 0, producerEpoch: 0 })
    expect(ask(client, version).producerId).toBe(1)
  })

  test('version 6 is not served, for Kafka calls it unstable', () => {
    const client = new World().connect()
    expect(() => ask(client, 6)).toThrow()
    expect(client.closings.length).toBe(1)
  })

  test('ids are written down a block at a time, before the first of them is given', () => {
    const world = new World()
    const client = world.connect()
    const writesFor = (count: number) =>
      world
        .callsDuring(() => {
          for (let given = 0; given < count; given++) ask(client)
        })
        .filter(({ operation }) => operation === 'write').length
    expect([writesFor(1), writesFor(BLOCK - 1), writesFor(1)]).toEqual([1, 0, 1])
  })

  test('a block that cannot be written down is not given, and none is left out for it', () => {
    const world = new World()
    const client = world.connect()
    world.disk.fault = operation => (operation === 'write' ? 'ENOSPC' : null)
    expect(ask(client)).toMatchObject({
      errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE,
      producerId: -1,
      producerEpoch: -1,
    })
    world.disk.fault = () => null
    expect(ask(client)).toMatchObject({ errorCode: 0, producerId: 0 })
  })

  test('no id is given twice: not to several clients, not after a crash or a clean stop', () => {
    const world = new World()
    const ids: number[] = []
    for (const stop of [() => world.crash(), () => world.restart(), () => world.crash(), () => world.crash()]) {
      const clients = [world.connect(), world.connect()]
      for (const client of clients) ids.push(ask(client).producerId, ask(client).producerId)
      stop()
    }
    expect(ids.length).toBe(16)
    expect(new Set(ids).size).toBe(16)
  })

  test('a producer that resumes without a transactional id gets a new one', () => {
    const client = new World().connect()
    const { producerId } = ask(client)
    const resumed = ask(client, 3, { producerId, producerEpoch: 5 })
    expect(resumed).toMatchObject({ errorCode: 0, producerEpoch: 0 })
    expect(resumed.producerId).not.toBe(producerId)
  })

  test('an id without an epoch, or the other way round, is no request', () => {
    const client = new World().connect()
    for (const half of [{ producerId: 5 }, { producerEpoch: 5 }]) {
      expect(ask(client, 3, half)).toMatchObject({ errorCode: ErrorCode.INVALID_REQUEST, producerId: -1 })
    }
  })

  test('a transactional id keeps its producer id, with another epoch each time', () => {
    const client = new World().connect()
    const given = [0, 1, 2, 3, 4, 5].map(version => ask(client, version, { transactionalId: 'x' }))
    expect(given.map(({ errorCode }) => errorCode)).toEqual([0, 0, 0, 0, 0, 0])
    expect(given.map(({ producerEpoch }) => producerEpoch)).toEqual([0, 1, 2, 3, 4, 5])
    expect(new Set(given.map(({ producerId }) => producerId)).size).toBe(1)
    expect(ask(client, 5, { transactionalId: 'y' }).producerId).not.toBe(given[0]?.producerId)
  })

  test.each([
    [3, ErrorCode.INVALID_PRODUCER_EPOCH],
    [4, ErrorCode.PRODUCER_FENCED],
    [5, ErrorCode.PRODUCER_FENCED],
  ])('version %i: who was fenced gets %i', (version, errorCode) => {
    const client = new World().connect()
    const { producerId, producerEpoch } = ask(client, version, { transactionalId: 'x' })
    ask(client, version, { transactionalId: 'x' })
    const fenced = { errorCode, producerId: -1, producerEpoch: -1 }
    expect(ask(client, version, { transactionalId: 'x', producerId, producerEpoch })).toMatchObject(fenced)
    const stranger = { transactionalId: 'x', producerId: producerId + 7, producerEpoch }
    expect(ask(client, version, stranger)).toMatchObject(fenced)
  })

  test('a transactional id that nobody can have, or a timeout that is too long, is refused', () => {
    const client = new World({ settings: { 'transaction.max.timeout.ms': '2000' } }).connect()
    const codeOf = (transactionalId: string, transactionTimeoutMs: number) =>
      ask(client, 4, { transactionalId, transactionTimeoutMs }).errorCode
    expect(codeOf('', 1000)).toBe(ErrorCode.INVALID_REQUEST)
    for (const timeoutMs of [0, -1, 2001]) expect(codeOf('x', timeoutMs)).toBe(ErrorCode.INVALID_TRANSACTION_TIMEOUT)
    expect(codeOf('x', 2000)).toBe(ErrorCode.NONE)
  })
})
