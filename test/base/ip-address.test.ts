import { describe, expect, test } from 'bun:test'
import { isIpAddress } from '../../src/base/ip-address.ts'

describe('addresses of IP', () => {
  test.each([
    '0.0.0.0',
    '127.0.0.1',
    '255.255.255.255',
    '1',
    '127.1',
    '1.2.65535',
    '4294967295',
    '::',
    '[::1]',
    '::1',
    '1::',
    'fe80::1',
    '2001:db8:0:0:0:0:0:1',
    '1:2:3:4:5:6:7::',
    '::ffff:10.0.0.1',
    '1:2:3:4:5:6:10.0.0.1',
    'ABCD::ef01',
  ])('%s is one', text => expect(isIpAddress(text)).toBe(true))

  test.each([
    '',
    '1.2.3.4.5',
    '1.2.65536',
    '4294967296',
    '[127.0.0.1]',
    '[::1',
    '256.0.0.1',
    '999.1.1.1',
    '1.2.3.x',
    '1..2.3',
    'localhost',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '12345::',
    'g::',
    '::1:',
    '1:2:3:4:5:6:7:10.0.0.1',
  ])('%s is none', text => expect(isIpAddress(text)).toBe(false))
})
