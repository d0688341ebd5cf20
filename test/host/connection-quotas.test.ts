import { expect, test } from 'bun:test'
import { ConnectionQuotas } from '../../src/host/connection-quotas.ts'

test('the total is bounded, and a place that is given back can be taken', () => {
  const quotas = new ConnectionQuotas({ maxConnections: 2, maxConnectionsPerIp: 10, connectionsMaxIdleMs: -1 })
  expect([quotas.admit('a'), quotas.admit('b')]).toEqual([null, null])
  expect(quotas.admit('c')).toBe('there are 2 connections (max.connections)')
  quotas.release('a')
  expect([quotas.admit('c'), quotas.admit('a') === null]).toEqual([null, false])
})

test('each address has its own bound, and one that is refused does not count', () => {
  const quotas = new ConnectionQuotas({ maxConnections: 3, maxConnectionsPerIp: 1, connectionsMaxIdleMs: -1 })
  expect(quotas.admit('a')).toBeNull()
  for (let count = 0; count < 5; count++) {
    expect(quotas.admit('a')).toBe('it has 1 connections (max.connections.per.ip)')
  }
  expect([quotas.admit('b'), quotas.admit('c')]).toEqual([null, null])
  quotas.release('a')
  expect(quotas.admit('a')).toBeNull()
})
