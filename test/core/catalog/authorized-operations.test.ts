import { expect, test } from 'bun:test'
import { clusterOperations, groupOperations, topicOperations } from '../../../src/core/catalog/authorized-operations.ts'

test('everything is allowed, in the bits that Apache Kafka 4.3.1 answers without an authorizer', () => {
  expect(topicOperations).toBe(3576)
  expect(clusterOperations).toBe(8096)
  expect(groupOperations).toBe(3400)
})
