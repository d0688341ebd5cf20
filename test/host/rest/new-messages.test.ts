import { describe, expect, test } from 'bun:test'
import { messagesIn, type NewMessage } from '../../../src/host/rest/new-messages.ts'
import { Problem } from '../../../src/host/rest/problem.ts'

function faultsIn(body: unknown) {
  try {
    messagesIn(body)
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('nothing is wrong')
}

test('all that a message may say', () => {
  const messages: NewMessage[] = [
    { value: 'v' },
    { key: null, value: null },
    {
      key: 'AA==',
      key_encoding: 'base64',
      value: '',
      value_encoding: 'utf8',
      partition: 0,
      timestamp: 0,
      headers: [
        { key: '', value: null },
        { key: 'h', value: '/w==', value_encoding: 'base64' },
      ],
    },
  ]
  expect(messagesIn({ messages })).toEqual(messages)
})

describe('what is at fault', () => {
  const in0 = (message: unknown) => ({ messages: [message] })
  const cases: [body: unknown, pointer: string, detail: string][] = [
    [null, '#', 'must be an object'],
    [[], '#', 'must be an object'],
    ['messages', '#', 'must be an object'],
    [{}, '#/messages', 'is missing'],
    [{ messages: {} }, '#/messages', 'must be a list'],
    [{ messages: [] }, '#/messages', 'must not be empty'],
    [{ messages: [{ value: 'v' }], topic: 't' }, '#/topic', 'is not known'],
    [in0('v'), '#/messages/0', 'must be an object'],
    [in0(null), '#/messages/0', 'must be an object'],
    [in0({}), '#/messages/0/value', 'is missing'],
    [in0({ value: 5 }), '#/messages/0/value', 'must be text or null'],
    [in0({ value: { a: 1 } }), '#/messages/0/value', 'must be text or null'],
    [in0({ value: '\ud800' }), '#/messages/0/value', 'must be Unicode without lone surrogates'],
    [in0({ value: 'v', key: true }), '#/messages/0/key', 'must be text or null'],
    [in0({ value: 'v', 'k/e~y': 1 }), '#/messages/0/k~1e~0y', 'is not known'],
    [in0({ value: 'v', value_encoding: 'hex' }), '#/messages/0/value_encoding', "must be 'utf8' or 'base64'"],
    [in0({ value: 'v?', value_encoding: 'base64' }), '#/messages/0/value', 'must be base64'],
    [in0({ value: 'v', key: 'AA', key_encoding: 'base64' }), '#/messages/0/key', 'must be base64'],
    [in0({ value: 'v', partition: -1 }), '#/messages/0/partition', 'must be a whole number from 0 to 2147483647'],
    [in0({ value: 'v', partition: '0' }), '#/messages/0/partition', 'must be a whole number from 0 to 2147483647'],
    [in0({ value: 'v', partition: 2 ** 31 }), '#/messages/0/partition', 'must be a whole number from 0 to 2147483647'],
    [
      in0({ value: 'v', timestamp: 1.5 }),
      '#/messages/0/timestamp',
      'must be a whole number from 0 to 4503599627370495',
    ],
    [
      in0({ value: 'v', timestamp: null }),
      '#/messages/0/timestamp',
      'must be a whole number from 0 to 4503599627370495',
    ],
    [in0({ value: 'v', headers: { a: 'b' } }), '#/messages/0/headers', 'must be a list'],
    [in0({ value: 'v', headers: [{ key: 'a' }] }), '#/messages/0/headers/0/value', 'is missing'],
    [in0({ value: 'v', headers: [{ key: null, value: 'v' }] }), '#/messages/0/headers/0/key', 'must be text'],
    // Nobody can write a header whose key is no text: Kafka's producers cannot either.
    [
      in0({ value: 'v', headers: [{ key: '/w==', key_encoding: 'base64', value: 'v' }] }),
      '#/messages/0/headers/0/key_encoding',
      'is not known',
    ],
    [
      in0({ value: 'v', headers: [{ key: 'a', value: '!', value_encoding: 'base64' }] }),
      '#/messages/0/headers/0/value',
      'must be base64',
    ],
  ]
  test.each(cases)('%j', (body, pointer, detail) => {
    const { status, members } = faultsIn(body)
    expect(status).toBe(422)
    expect(members.errors).toEqual([{ pointer, detail }])
  })

  test('is told of every message, but not without end', () => {
    const { members } = faultsIn({ messages: Array.from({ length: 5000 }, () => ({})) })
    expect(members.errors?.slice(0, 2).map(({ pointer }) => pointer)).toEqual([
      '#/messages/0/value',
      '#/messages/1/value',
    ])
    expect(members.errors?.length).toBe(20)
  })

  test('more messages than one request may have', () => {
    const { status, members } = faultsIn({ messages: Array.from({ length: 10_001 }, () => null) })
    expect(status).toBe(413)
    expect(members.errors).toEqual([{ pointer: '#/messages', detail: 'must not have more than 10000 messages' }])
  })
})
