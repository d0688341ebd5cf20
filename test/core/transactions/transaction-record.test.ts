/** Records of transactions, against bytes that Apache Kafka 4.3.1 left in its `__transaction_state`. */
import { describe, expect, test } from 'bun:test'
import { readTransactionRecord, writeTransactionRecord } from '../../../src/core/transactions/transaction-record.ts'
import { MalformedError } from '../../../src/wire/errors.ts'
import { kafkaTraces } from './traces.ts'

const key = '000000087061796d656e7473'
const none = { previousProducerId: -1, nextProducerId: -1, nextProducerEpoch: -1 }

const kafkas = [
  {
    what: 'a new producer',
    value: '0001000000000000000a00000000ea600000000001a205370a35ffffffffffffffff010008000000000000000a',
    version: 2,
    transaction: {
      ...none,
      producerId: 10,
      producerEpoch: 0,
      transactionTimeoutMs: 60_000,
      transactionStatus: 0,
      transactionPartitions: null,
      transactionLastUpdateTimestampMs: 1795383822901,
      transactionStartTimestampMs: -1,
      previousProducerId: 10,
      clientTransactionVersion: 0,
    },
  },
  {
    what: 'an abort for which another producer id is ready',
    value:
      '000100000000000000197fff0000ea6003020274020000000000000001a205377d7e000001a205377d530300080000000000000019' +
      '0108000000000000001a02020002',
    version: 2,
    transaction: {
      ...none,
      producerId: 25,
      producerEpoch: 32_767,
      transactionTimeoutMs: 60_000,
      transactionStatus: 3,
      transactionPartitions: [{ topic: 't', partitionIds: [0] }],
      transactionLastUpdateTimestampMs: 1795383852414,
      transactionStartTimestampMs: 1795383852371,
      previousProducerId: 25,
      nextProducerId: 26,
      clientTransactionVersion: 2,
    },
  },
  {
    what: 'a commit before transaction.version 1',
    value: '0000000000000000040500000000ea600400000000000001a20538b8a2000001a20538b89c',
    version: 0,
    transaction: {
      ...none,
      producerId: 1029,
      producerEpoch: 0,
      transactionTimeoutMs: 60_000,
      transactionStatus: 4,
      transactionPartitions: [],
      transactionLastUpdateTimestampMs: 1795383933090,
      transactionStartTimestampMs: 1795383933084,
      clientTransactionVersion: 0,
    },
  },
  { what: 'an id that is no more', value: null, version: 2, transaction: null },
] as const

const bytesOf = (hex: string | null): Uint8Array | null => (hex === null ? null : Uint8Array.fromHex(hex))

describe("Kafka's bytes", () => {
  for (const { what, value, version, transaction } of kafkas) {
    test(`${what}: read as what it says`, () => {
      const record = { transactionalId: 'payments', value: transaction, lastProducerEpoch: -1 }
      expect<unknown>(readTransactionRecord(Uint8Array.fromHex(key), bytesOf(value))).toEqual(record)
    })
    test(`${what}: written as Kafka writes it`, () => {
      const read = readTransactionRecord(Uint8Array.fromHex(key), bytesOf(value))
      const written = read && writeTransactionRecord(read, version)
      expect({ key: written?.key.toHex(), value: written?.value?.toHex() ?? null }).toEqual({ key, value })
    })
  }

  test('of all that Kafka was seen to write come back the same', () => {
    const values = kafkaTraces().flatMap(({ transactionVersion, steps }) =>
      steps.flatMap(({ records }) => records.map(value => ({ value, transactionVersion }))),
    )
    expect(values.length).toBeGreaterThan(300)
    for (const { value, transactionVersion } of values) {
      const read = readTransactionRecord(Uint8Array.fromHex(key), Uint8Array.fromHex(value))
      expect(read && writeTransactionRecord(read, transactionVersion).value?.toHex()).toBe(value)
    }
  })
})

describe('reading', () => {
  const { value } = kafkas[1]

  test('passes over kinds and versions that are not known', () => {
    expect(readTransactionRecord(Uint8Array.fromHex('000100087061796d656e7473'), null)).toBeNull()
    expect(readTransactionRecord(Uint8Array.fromHex('7fff'), Uint8Array.of())).toBeNull()
    expect(readTransactionRecord(Uint8Array.fromHex(key), Uint8Array.fromHex(`0002${value.slice(4)}`))).toBeNull()
    expect(readTransactionRecord(Uint8Array.fromHex(key), Uint8Array.fromHex(`ffff${value.slice(4)}`))).toBeNull()
  })

  test('refuses a state that there is not', () => {
    for (const status of ['06', '07', '80', 'ff']) {
      const bytes = Uint8Array.fromHex(`${value.slice(0, 32)}${status}${value.slice(34)}`)
      expect(() => readTransactionRecord(Uint8Array.fromHex(key), bytes)).toThrow(MalformedError)
    }
  })

  test('refuses what is cut off', () => {
    const [keyBytes, valueBytes] = [Uint8Array.fromHex(key), Uint8Array.fromHex(value)]
    for (let length = 0; length < keyBytes.length; length++)
      expect(() => readTransactionRecord(keyBytes.subarray(0, length), null)).toThrow(MalformedError)
    for (let length = 0; length < valueBytes.length; length++)
      expect(() => readTransactionRecord(keyBytes, valueBytes.subarray(0, length))).toThrow(MalformedError)
  })
})
