import { describe, expect, test } from 'bun:test'
import { type Uuid, zeroUuid } from '../../../src/base/uuid.ts'
import type { MetadataRecord } from '../../../src/core/catalog/metadata-record.ts'
import { JournalError } from '../../../src/core/machine.ts'
import { CatalogFixture } from './fixture.ts'

const fenced = { replicas: null, removingReplicas: null, addingReplicas: null, directories: null }

/** What Kafka writes of a partition whose one broker has stopped. */
function stopped(topicId: Uuid, partitionId: number): MetadataRecord {
  const value = { ...fenced, partitionId, topicId, isr: [], leader: -1, leaderRecoveryState: -1 }
  return { type: 'partitionChangeRecord', value: { ...value, eligibleLeaderReplicas: [1], lastKnownElr: [1] } }
}

describe('the catalog', () => {
  test('is after a restart what it was before', () => {
    const before = new CatalogFixture()
    before.create(
      { name: 'a', numPartitions: 3, configs: [{ name: 'cleanup.policy', value: 'compact' }] },
      { name: 'b' },
    )
    before.catalog.deleteTopics({ topics: [{ name: 'b', topicId: zeroUuid }], timeoutMs: 1 }, 0)
    const growth = { topics: [{ name: 'a', count: 5, assignments: null }], validateOnly: false, timeoutMs: 1 }
    before.catalog.createPartitions(growth, 0)
    const changes = [
      { resourceType: 2, resourceName: 'a', configs: [{ name: 'retention.ms', value: '5' }] },
      { resourceType: 4, resourceName: '1', configs: [{ name: 'message.max.bytes', value: '5000' }] },
      { resourceType: 32, resourceName: 'g', configs: [{ name: 'consumer.session.timeout.ms', value: '50000' }] },
    ]
    before.catalog.alterConfigs({ resources: changes, isReplacing: false, validateOnly: false }, 0)
    const after = before.restarted()
    expect([...after.catalog.topics()]).toEqual([...before.catalog.topics()])
    expect(after.catalog.topicByName('a')?.partitions).toHaveLength(5)
    expect(after.configs.dynamic).toEqual(before.configs.dynamic)
    expect(after.catalog.configsOf(32, 'g')).toEqual(before.catalog.configsOf(32, 'g'))
    expect(after.journal.records).toEqual(before.journal.records)
    expect(after.created).toEqual([])
    expect(after.strayCalls).toBe(1)
  })

  test('what cannot be journaled has not happened', () => {
    const fixture = new CatalogFixture()
    fixture.journal.isFull = true
    expect(() => fixture.create({ name: 'a' })).toThrow(JournalError)
    expect(fixture.catalog.topicByName('a')).toBeNull()
    expect(fixture.created).toEqual([])
    fixture.journal.isFull = false
    expect(fixture.create({ name: 'a' })[0]?.errorCode).toBe(0)
  })

  test('leads again what Kafka took from a broker that stopped', () => {
    const before = new CatalogFixture()
    const topicId = before.create({ name: 'a' })[0]?.topicId ?? zeroUuid
    before.journal.records.push(stopped(topicId, 0))
    const after = before.restarted()
    expect(after.catalog.topicByName('a')?.partitions[0]).toMatchObject({
      leaderId: 1,
      leaderEpoch: 2,
      partitionEpoch: 2,
      isr: [1],
      eligibleLeaderReplicas: [],
      lastKnownElr: [],
    })
    expect(after.restarted().catalog.topicByName('a')?.partitions[0]?.leaderEpoch).toBe(2)
  })

  test('leads again any number of partitions, with 10,000 records at once', () => {
    const before = new CatalogFixture()
    for (const name of ['a', 'b']) {
      const topicId = before.create({ name, numPartitions: 9000 })[0]?.topicId ?? zeroUuid
      for (let index = 0; index < 9000; index++) before.journal.records.push(stopped(topicId, index))
    }
    const { catalog, journal } = before.restarted()
    expect(journal.counts).toEqual([10_000, 8000])
    const leaders = [...catalog.topics()].flatMap(({ partitions }) => partitions.map(({ leaderId }) => leaderId))
    expect(leaders).toEqual(Array(18_000).fill(1))
  })

  test('what brokers were told is in force after a restart, but for what nobody can be told', () => {
    const before = new CatalogFixture()
    const told: readonly (readonly [broker: string, name: string, value: string])[] = [
      ['', 'message.max.bytes', '2000'],
      ['', 'broker.rack', 'r1'],
      ['', 'log.segment.bytes', 'many'],
      ['', 'ssl.client.auth', 'required'],
      ['1', 'ssl.keystore.location', '/x'],
      ['1', 'message.max.bytes', '3000'],
      ['2', 'log.retention.ms', '7'],
    ]
    for (const [resourceName, name, value] of told) {
      before.journal.records.push({ type: 'configRecord', value: { resourceType: 4, resourceName, name, value } })
    }
    const { configs, catalog } = before.restarted()
    expect(configs.dynamic).toEqual({
      clusterWide: new Map([['message.max.bytes', '2000']]),
      own: new Map([['message.max.bytes', '3000']]),
    })
    expect(configs.messageMaxBytes).toBe(3000)
    expect(catalog.configsOf(4, '').get('broker.rack')).toBe('r1')
  })

  test('a cluster with eligible leader replicas is told its least ISR once, as it was set then', () => {
    const before = new CatalogFixture({ 'min.insync.replicas': '2' })
    const feature = { name: 'eligible.leader.replicas.version', featureLevel: 1 }
    before.journal.append([{ type: 'featureLevelRecord', value: feature }])
    before.catalog.recover({ type: 'featureLevelRecord', value: feature })
    before.catalog.resume(0)
    const value = { resourceType: 4, resourceName: '', name: 'min.insync.replicas', value: '2' }
    expect(before.journal.records.slice(1)).toEqual([{ type: 'configRecord', value }])
    const after = before.restarted()
    expect(after.journal.records).toHaveLength(2)
    expect(after.configs.minInsyncReplicas).toBe(2)
  })
})

describe('producer ids', () => {
  test('come one by one out of blocks of 1,000, each journaled before its first id', () => {
    const { catalog, journal } = new CatalogFixture()
    const ids = Array.from({ length: 1001 }, () => catalog.allocateProducerId(0))
    expect(ids).toEqual(Array.from({ length: 1001 }, (_, index) => index))
    const value = { brokerId: 1, brokerEpoch: -1 }
    expect(journal.records).toEqual([
      { type: 'producerIdsRecord', value: { ...value, nextProducerId: 1000 } },
      { type: 'producerIdsRecord', value: { ...value, nextProducerId: 2000 } },
    ])
  })

  test('are never given again after a restart, however it came', () => {
    const before = new CatalogFixture()
    before.catalog.allocateProducerId(0)
    const after = before.restarted()
    expect(after.catalog.allocateProducerId(0)).toBe(1000)
    expect(after.restarted().catalog.allocateProducerId(0)).toBe(2000)
  })

  test('are not given from a block that cannot be journaled', () => {
    const { catalog, journal } = new CatalogFixture()
    journal.isFull = true
    expect(() => catalog.allocateProducerId(0)).toThrow(JournalError)
    journal.isFull = false
    expect(catalog.allocateProducerId(0)).toBe(0)
  })
})
