import { expect, test } from 'bun:test'
import { isLoopback, isOwnHost } from '../../../src/host/rest/hosts.ts'

test.each([
  'localhost',
  'localhost:8080',
  'LOCALHOST:8080',
  'localhost.',
  'api.localhost:8080',
  '127.0.0.1:8080',
  '[::1]:8080',
  '10.0.0.7',
  'strikemq:8080',
  'host.docker.internal:8080',
  'mac.local:8080',
  'broker.example.com:8080',
  'Broker.Example.Com',
  '',
])('%s may be this machine', host => expect(isOwnHost(host, 'broker.example.com')).toBe(true))

test.each([
  'evil.example.com',
  'evil.example.com:8080',
  'localhost.evil.com',
  '127.0.0.1.evil.com:8080',
  'notlocal.com',
  'evil.com.:80',
])('%s is a name that anybody may own', host => expect(isOwnHost(host, null)).toBe(false))

test('loopback', () => {
  expect(['127.0.0.1', '127.3.2.1', '::1'].map(isLoopback)).toEqual([true, true, true])
  expect(['10.0.0.1', '::ffff:10.0.0.1', 'fd00::1', ''].map(isLoopback)).toEqual([false, false, false, false])
})
