import { describe, expect, test } from 'bun:test'
import { findCoordinator } from '../../src/api/10-find-coordinator.ts'
import { CONSUMER_OFFSETS, TRANSACTION_STATE } from '../../src/core/catalog/topic.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import type { SimClient } from '../sim/client.ts'
import { World } from '../sim/world.ts'

const GROUP = 0
const TRANSACTION = 1
const SHARE = 2
const HERE = { nodeId: 1, host: 'broker.test', port: 9092, errorCode: ErrorCode.NONE }
const NOWHERE = { nodeId: -1, host: '', port: -1 }
const MALFORMED = {
  errorCode: ErrorCode.INVALID_REQUEST,
  errorMessage:
    'This most likely occurs because of a request being malformed by the client library or the message was sent to an ' +
    'incompatible broker. See the broker logs for more details.',
}
const SHARE_KEY = 'group:AAAAAAAAAAAAAAAAAAAAAQ:0'

function find(client: SimClient, version: number, key: string, keyType = GROUP) {
  const answer = client.call(findCoordinator, version, { key, keyType, coordinatorKeys: [key] })
  return version < 4 ? answer : answer.coordinators[0]
}

describe('FindCoordinator', () => {
  test.each([0, 1, 2, 3, 4, 5, 6])('version %i: this broker, and the topic is there', version => {
    const world = new World()
    expect(find(world.connect(), version, 'g')).toMatchObject(HERE)
    expect(world.broker.catalog.topicByName(CONSUMER_OFFSETS)).not.toBeNull()
  })

  test.each([1, 2, 3, 4, 5, 6])('version %i: of transactions, too', version => {
    const world = new World()
    expect(find(world.connect(), version, 't', TRANSACTION)).toMatchObject(HERE)
    expect(world.broker.catalog.topicByName(TRANSACTION_STATE)).not.toBeNull()
    expect(world.broker.catalog.topicByName(CONSUMER_OFFSETS)).toBeNull()
  })

  test('answers several keys in their order, as often as they come', () => {
    const request = { key: '', keyType: GROUP, coordinatorKeys: ['b', 'a', 'b', ''] }
    const { coordinators } = new World().connect().call(findCoordinator, 4, request)
    expect(coordinators).toMatchObject(['b', 'a', 'b', ''].map(key => ({ key, ...HERE })))
    const none = new World().connect().call(findCoordinator, 4, { ...request, coordinatorKeys: [] })
    expect(none.coordinators).toEqual([])
  })

  test.each([-1, 3])('there is no coordinator of kind %i', keyType => {
    const client = new World().connect()
    for (const version of [1, 3, 4, 6]) {
      expect(find(client, version, 'k', keyType)).toMatchObject({ ...NOWHERE, ...MALFORMED })
    }
  })

  test('what is wrong with a key of share groups is left unsaid since version 4', () => {
    const client = new World().connect()
    for (const version of [1, 3]) expect(find(client, version, SHARE_KEY, SHARE)).toMatchObject(MALFORMED)
    expect(find(client, 4, SHARE_KEY, SHARE)).toMatchObject({ ...MALFORMED, errorMessage: '' })
    expect(find(client, 6, 'abc', SHARE)).toMatchObject({ ...MALFORMED, errorMessage: '' })
  })

  test('share groups are known from version 6 on, by keys of three parts', () => {
    const client = new World().connect()
    expect(find(client, 5, SHARE_KEY, SHARE)?.errorCode).toBe(ErrorCode.INVALID_REQUEST)
    expect(find(client, 6, SHARE_KEY, SHARE)).toMatchObject(HERE)
    for (const key of [
      '',
      'abc',
      ' :AAAAAAAAAAAAAAAAAAAAAQ:0',
      'g:no id:0',
      'g:AAAAAAAAAAAAAAAAAAAAAQ:x',
      `${SHARE_KEY}:1`,
    ]) {
      expect(find(client, 6, key, SHARE)?.errorCode).toBe(ErrorCode.INVALID_REQUEST)
    }
  })

  test('where the topic cannot be made there is none', () => {
    const world = new World()
    world.disk.fault = operation => (operation === 'write' ? 'ENOSPC' : null)
    const client = world.connect()
    for (const version of [0, 3, 4]) {
      expect(find(client, version, 'g')).toMatchObject({ ...NOWHERE, errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE })
    }
    const transactions = find(client, 4, 't', TRANSACTION)
    expect(transactions).toMatchObject({ ...NOWHERE, errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE })
  })
})
