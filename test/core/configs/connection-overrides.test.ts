import { expect, test } from 'bun:test'
import { ipOverridesFault, ipOverridesIn } from '../../../src/core/configs/connection-overrides.ts'

test('addresses of both kinds have their counts, and this machine goes by its address', () => {
  expect([
    ...ipOverridesIn(' 10.0.0.7 : 5 ,0:0:0:0:0:0:0:1:-7,2001:DB8::0:1:3,localhost:2,\u000110.0.0.8\u0002:\u0663'),
  ]).toEqual([
    ['10.0.0.7', 5],
    ['::1', -7],
    ['2001:db8::1', 3],
    ['127.0.0.1', 2],
    ['10.0.0.8', 3],
  ])
  expect([...ipOverridesIn('')]).toEqual([])
})

const unreadable = "Error parsing configuration property 'max.connections.per.ip.overrides'"

test.each([
  ['here:5,there', `${unreadable}: there`],
  ['here:x', `${unreadable}: here:x`],
  ['here:', `${unreadable}: here:`],
  ['here:\u00a05', `${unreadable}: here:\u00a05`],
  ['here:2147483648', `${unreadable}: here:2147483648`],
  ['he!re:5', 'max.connections.per.ip.overrides contains invalid addresses : he!re'],
])('%s is not taken', (text, fault) => expect(ipOverridesFault(text)).toBe(fault))

test.each(['', 'he_re:5', '127.0.0.1:5,::1:7', '127.0.0.1:-5', ':5', '127.0.0.1:5,'])("'%s' is taken", text => {
  expect(ipOverridesFault(text)).toBeNull()
})
