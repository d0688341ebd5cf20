import { expect, test } from 'bun:test'
import { ConnectionQuotas } from '../../src/host/connection-quotas.ts'

function quotasOf(maxConnections: number, maxConnectionsOf: (address: string) => number): ConnectionQuotas {
  return new ConnectionQuotas({ maxConnections, maxConnectionsOf, connectionsMaxIdleMs: -1 })
}

test('the total is bounded, and a place that is given back can be taken', () => {
  const quotas = quotasOf(2, () => 10)
  expect([quotas.admit('a'), quotas.admit('b')]).toEqual([null, null])
  expect(quotas.admit('c')).toBe('there are 2 connections (max.connections)')
  quotas.release('a')
  expect([quotas.admit('c'), quotas.admit('a') === null]).toEqual([null, false])
})

test('each address has its own bound, and one that is refused does not count', () => {
  const quotas = quotasOf(3, () => 1)
  expect(quotas.admit('a')).toBeNull()
  for (let count = 0; count < 5; count++) {
    expect(quotas.admit('a')).toBe('it has 1 connections (max.connections.per.ip)')
  }
  expect([quotas.admit('b'), quotas.admit('c')]).toEqual([null, null])
  quotas.release('a')
  expect(quotas.admit('a')).toBeNull()
})

test('an address may have a bound of its own, none at all too', () => {
  const quotas = quotasOf(9, address => (address === 'a' ? 2 : 0))
  expect([quotas.admit('a'), quotas.admit('a'), quotas.admit('a') === null]).toEqual([null, null, false])
  expect(quotas.admit('b')).toBe('it has 0 connections (max.connections.per.ip)')
})
