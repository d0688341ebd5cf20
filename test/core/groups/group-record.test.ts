/** Records of groups, against bytes that Apache Kafka 4.3.1 left in its `__consumer_offsets`. */
import { describe, expect, test } from 'bun:test'
import { parseUuid, zeroUuid } from '../../../src/base/uuid.ts'
import { readGroupRecord, writeGroupRecord } from '../../../src/core/groups/group-record.ts'
import { MalformedError } from '../../../src/wire/errors.ts'
import { subscription } from './fixture.ts'

const topicId = parseUuid('lzGKfsrERGC6a7ALpRXhiQ') ?? zeroUuid
const commit = { offset: 7, metadata: 'note', topicId: zeroUuid, leaderEpoch: -1, expireTimestamp: -1 }
const none = { protocol: null, leader: null, members: [] }
const member = {
  memberId: 'inst-a2b90225-1c5a-41b6-b50f-6b427b042b4d',
  groupInstanceId: 'inst',
  clientId: 'wire-client',
  clientHost: '/127.0.0.1',
  rebalanceTimeout: 20_000,
  sessionTimeout: 10_000,
  subscription: subscription('t'),
  assignment: Uint8Array.of(3),
}
const offsetKey = (group: string) => ({ group, topic: 't', partition: 0 })

const kafkas = [
  {
    what: 'a commit',
    key: '0001000673696d706c6500017400000000',
    value: '0004000000000000000700000003056e6f7465000001a20475ee5d01001097318a7ecac44460ba6bb00ba515e189',
    record: {
      type: 'offsetCommit',
      key: offsetKey('simple'),
      value: { ...commit, leaderEpoch: 3, commitTimestamp: 1795371167325, topicId },
    },
  },
  {
    what: 'a commit with a retention of its own, which neither epoch nor topic id survives',
    key: '0001000872657461696e656400017400000000',
    value: '0001000000000000000700046e6f7465000001a20475eebf000001a20a6bcfbf',
    record: {
      type: 'offsetCommit',
      key: offsetKey('retained'),
      value: { ...commit, commitTimestamp: 1795371167423, expireTimestamp: 1795471167423 },
    },
  },
  {
    what: 'an offset that is no more',
    key: '0001000673696d706c6500017400000000',
    value: null,
    record: { type: 'offsetCommit', key: offsetKey('simple'), value: null },
  },
  {
    what: 'a new group',
    key: '0002000364796e',
    value: '0003000000000000ffffffff000001a20475ef0a00000000',
    record: {
      type: 'groupMetadata',
      key: { group: 'dyn' },
      value: { ...none, protocolType: '', generation: 0, currentStateTimestamp: 1795371167498 },
    },
  },
  {
    what: 'a group that has become empty',
    key: '0002000364796e',
    value: '00030008636f6e73756d657200000002ffffffff000001a20475ef4000000000',
    record: {
      type: 'groupMetadata',
      key: { group: 'dyn' },
      value: { ...none, protocolType: 'consumer', generation: 2, currentStateTimestamp: 1795371167552 },
    },
  },
  {
    what: 'a group with a static member',
    key: '000200027374',
    value:
      '00030008636f6e73756d657200000001000572616e67650029696e73742d61326239303232352d316335612d343162362d623530662d3662' +
      '3432376230343262346' +
      '4000001a20475ef56000000010029696e73742d61326239303232352d316335612d343162362d623530662d3662343237623034326234640' +
      '004696e7374000b776972652d636c69656e74000a2f3132372e302e302e3100004e20000027100000000d000000000001000174ffffffff0' +
      '000000103',
    record: {
      type: 'groupMetadata',
      key: { group: 'st' },
      value: {
        protocolType: 'consumer',
        generation: 1,
        protocol: 'range',
        leader: member.memberId,
        currentStateTimestamp: 1795371167574,
        members: [member],
      },
    },
  },
  {
    what: 'a group that is no more',
    key: '0002000673696d706c65',
    value: null,
    record: { type: 'groupMetadata', key: { group: 'simple' }, value: null },
  },
] as const

const bytesOf = (hex: string | null): Uint8Array | null => (hex === null ? null : Uint8Array.fromHex(hex))

describe("Kafka's bytes", () => {
  for (const { what, key, value, record } of kafkas) {
    test(`${what}: read as what it says`, () => {
      expect<unknown>(readGroupRecord(Uint8Array.fromHex(key), bytesOf(value))).toEqual(record)
    })
    test(`${what}: written as Kafka writes it`, () => {
      const read = readGroupRecord(Uint8Array.fromHex(key), bytesOf(value))
      const written = read && writeGroupRecord(read)
      expect({ key: written?.key.toHex(), value: written?.value?.toHex() ?? null }).toEqual({ key, value })
    })
  }
})

describe('reading', () => {
  test('a commit of Kafka 0.8.2', () => {
    const key = Uint8Array.fromHex('0000000673696d706c6500017400000000')
    const value = Uint8Array.fromHex('0000000000000000000700046e6f7465000001a20475ee5d')
    const record = readGroupRecord(key, value)
    expect(record?.value).toEqual({ ...commit, commitTimestamp: 1795371167325 })
    expect(record?.key).toEqual({ group: 'simple', topic: 't', partition: 0 })
    expect(readGroupRecord(key, null)).toMatchObject({ type: 'offsetCommit', value: null })
  })

  test('passes over kinds and versions that are not known', () => {
    const key = Uint8Array.fromHex(kafkas[0].key)
    expect(readGroupRecord(Uint8Array.fromHex('0003000673696d706c65'), null)).toBeNull()
    expect(readGroupRecord(Uint8Array.fromHex('7fff'), Uint8Array.of())).toBeNull()
    expect(readGroupRecord(key, Uint8Array.fromHex('0005'))).toBeNull()
  })

  test('refuses what is cut off', () => {
    const { key, value } = kafkas[5]
    const [keyBytes, valueBytes] = [Uint8Array.fromHex(key), Uint8Array.fromHex(value)]
    for (let length = 0; length < keyBytes.length; length++)
      expect(() => readGroupRecord(keyBytes.subarray(0, length), null)).toThrow(MalformedError)
    for (let length = 0; length < valueBytes.length; length++)
      expect(() => readGroupRecord(keyBytes, valueBytes.subarray(0, length))).toThrow(MalformedError)
  })

  test("keeps nothing of the log's own bytes", () => {
    const { key, value, record } = kafkas[5]
    const bytes = Uint8Array.fromHex(value)
    const read = readGroupRecord(Uint8Array.fromHex(key), bytes)
    bytes.fill(0)
    expect<unknown>(read).toEqual(record)
  })
})
