import { expect, test } from 'bun:test'
import { Partitioners } from 'kafkajs'
import { murmur2, partitionForKey } from '../../../src/host/rest/partitioner.ts'
import { SeededRandom } from '../../sim/random.ts'

/** As Kafka's own test of it has them (UtilsTest.testMurmur2). */
test.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
])('%s hashes as in Kafka', (key, hash) => expect(murmur2(Buffer.from(key))).toBe(hash))

test('a key goes where kafkajs would send it', () => {
  const random = new SeededRandom(3)
  const kafkajs = Partitioners.DefaultPartitioner()
  const partition = { partitionErrorCode: 0, leader: 0, replicas: [0], isr: [0] }
  for (let length = 0; length < 200; length++) {
    const key = Buffer.from(random.bytes(length))
    for (const count of [1, 2, 3, 12]) {
      const partitionMetadata = Array.from({ length: count }, (_, partitionId) => ({ ...partition, partitionId }))
      const expected = kafkajs({ topic: 't', partitionMetadata, message: { key, value: null } })
      expect(partitionForKey(key, count)).toBe(expected)
    }
  }
})
