import { describe, expect, test } from 'bun:test'
import {
  type MetadataRecord,
  readMetadataRecord,
  writeMetadataRecord,
} from '../../../src/core/catalog/metadata-record.ts'
import { MalformedError } from '../../../src/wire/errors.ts'

/** Values of records that a controller of Apache Kafka 4.3.1 wrote into its log. */
const kafkasOwn: readonly (readonly [type: MetadataRecord['type'], hex: string, part: object])[] = [
  [
    'featureLevelRecord',
    '010c00116d657461646174612e76657273696f6e001e00',
    { name: 'metadata.version', featureLevel: 30 },
  ],
  [
    'configRecord',
    '0104000401146d696e2e696e73796e632e7265706c69636173023100',
    { resourceType: 4, resourceName: '', name: 'min.insync.replicas', value: '1' },
  ],
  [
    'topicRecord',
    '010200135f5f636f6e73756d65725f6f666673657473576526afda064736b5400a31c9a3030b00',
    { name: '__consumer_offsets', topicId: 'V2Umr9oGRza1QAoxyaMDCw' },
  ],
  [
    'partitionRecord',
    '01030200000000576526afda064736b5400a31c9a3030b02000000010200000001010100000001000000000000000002937fdff1a8104b1be6654b98116f79f500',
    { partitionId: 0, replicas: [1], isr: [1], leader: 1, leaderEpoch: 0, directories: ['k3_f8agQSxvmZUuYEW959Q'] },
  ],
  [
    'partitionChangeRecord',
    '01050200000000c24adf4700254f1782761cd4a7053868040001010104ffffffff0605020000000107050200000001',
    { topicId: 'wkrfRwAlTxeCdhzUpwU4aA', isr: [], leader: -1, eligibleLeaderReplicas: [1], lastKnownElr: [1] },
  ],
  [
    'clientQuotaRecord',
    '010e00030a636c69656e742d6964000005757365720b752d62363635633935340019636f6e74726f6c6c65725f6d75746174696f6e5f726174653fe00000000000000000',
    { key: 'controller_mutation_rate', value: 0.5, remove: false },
  ],
  ['clearElrRecord', '011c00145f5f7472616e73616374696f6e5f737461746500', { topicName: '__transaction_state' }],
  ['producerIdsRecord', '010f0000000001000000000000000c00000000000003e800', { brokerEpoch: 12, nextProducerId: 1000 }],
  ['removeTopicRecord', '0109004920103b696f4cb492a02912b1671fa400', { topicId: 'SSAQO2lvTLSSoCkSsWcfpA' }],
  ['beginTransactionRecord', '01170001001212426f6f747374726170207265636f726473', { name: 'Bootstrap records' }],
  ['noOpRecord', '01140000', {}],
]

describe('metadata records', () => {
  test.each(kafkasOwn)('%s is read and written as Kafka does', (type, hex, part) => {
    const record = readMetadataRecord(Uint8Array.fromHex(hex))
    expect(record).toMatchObject({ type, value: part })
    expect(record && writeMetadataRecord(record).toHex()).toBe(hex)
  })

  test('a kind or a version that is not known is passed over', () => {
    expect(readMetadataRecord(Uint8Array.fromHex('017f0001020304'))).toBeNull()
    expect(readMetadataRecord(Uint8Array.fromHex('01020900'))).toBeNull()
  })

  test('what is no record is refused', () => {
    expect(() => readMetadataRecord(Uint8Array.fromHex('00020000'))).toThrow(MalformedError)
    expect(() => readMetadataRecord(Uint8Array.fromHex('010200ff'))).toThrow(MalformedError)
    expect(() => readMetadataRecord(new Uint8Array(0))).toThrow(MalformedError)
  })
})
