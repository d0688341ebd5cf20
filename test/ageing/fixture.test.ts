/** Directories that earlier versions left open, and everything in them is found. @module */
import { describe, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { produce } from '../../src/api/00-produce.ts'
import { metadata } from '../../src/api/03-metadata.ts'
import { describeConfigs } from '../../src/api/32-describe-configs.ts'
import { zeroUuid } from '../../src/base/uuid.ts'
import { Broker } from '../../src/broker/broker.ts'
import { BrokerConfigs } from '../../src/core/configs/broker-configs.ts'
import { FileDisk } from '../../src/host/file-disk.ts'
import { readRecords } from '../../src/wire/records/record.ts'
import { newProducerId, storedBatches } from '../clients/requests.ts'
import type { WireClient } from '../clients/wire-client.ts'
import { connectWithin } from '../crash/small-disk.ts'
import { temporaryDirectory } from '../host/directory.ts'
import { SimClock } from '../sim/clock.ts'
import { SeededRandom } from '../sim/random.ts'
import { expectCommitted, expectCoordinated } from './expect-coordinated.ts'
import { type FixtureContent, type FixtureProducer, type FixtureRecord, fixtures, writeFiles } from './fixture.ts'

const MAX_BYTES = 1024 * 1024
const TOPIC_RESOURCE = 2
/** DescribeConfigs: set for the topic itself (DYNAMIC_TOPIC_CONFIG). */
const TOPIC_SOURCE = 1
const PASSED_MS = 60_000

describe.each(fixtures())('a directory of %s', (_, { content, directories }) => {
  test.each(['clean', 'killed'] as const)('that was left %s', async ending => {
    using directory = temporaryDirectory()
    writeFiles(directory.path, directories[ending])
    expect(existsSync(`${directory.path}/.kafka_cleanshutdown`)).toBe(ending === 'clean')
    const broker = open(directory.path, content)
    const client = connectWithin(broker)
    await expectContent(client, content)
    await expectCoordinated(client, content)
    await expectProducers(client, content)
    broker.close()

    const again = connectWithin(open(directory.path, content))
    await expectProducers(again, content)
    await expectCoordinated(again, content)
    await expectCommitted(again, content)
  })
})

/** The broker in this process, so that no time has passed: a day later the producers would be forgotten. */
function open(directory: string, { madeMs }: FixtureContent): Broker {
  const configs = new BrokerConfigs(new Map())
  const log = { warn() {}, warnSparingly() {} }
  const random = new SeededRandom(1)
  return new Broker({ disk: new FileDisk(directory), clock: new SimClock(madeMs + PASSED_MS), random, configs, log })
}

async function expectContent(client: WireClient, content: FixtureContent): Promise<void> {
  const { topics, logs, internalTopics, removedTopics } = content
  const there = await topicsOf(client)
  const whole = topics.map(({ name, id, partitions }) => [name, { id, count: partitions.length }] as const)
  const single = logs.map(({ name, id }) => [name, { id, count: 1 }] as const)
  expect(there.own).toEqual(new Map([...whole, ...single]))
  expect(there.internal).toEqual([...internalTopics])
  for (const name of removedTopics) expect(there.own.has(name)).toBe(false)
  for (const { name, configs } of logs) expect(await configsOf(client, name)).toEqual(configs)
  for (const { name, configs, partitions } of topics) {
    expect(await configsOf(client, name)).toEqual(configs)
    for (const [partition, records] of partitions.entries()) {
      expect(await recordsOf(client, name, partition)).toEqual([...records])
    }
  }
}

/** The last batch of each is known when it comes again, and no other has its id. */
async function expectProducers(client: WireClient, content: FixtureContent): Promise<void> {
  const { topics, producers, transactions } = content
  for (const { topic, partition, baseOffset, recordCount, batch } of producers) {
    const records = topics.find(({ name }) => name === topic)?.partitions[partition] ?? []
    expect(await send(client, topic, partition, batch)).toMatchObject({ errorCode: 0, baseOffset })
    expect(await recordsOf(client, topic, partition)).toEqual([...records])
    expect(baseOffset + recordCount).toBe(records.length)
  }
  const producerIds = [...producers, ...transactions].map(({ producerId }) => producerId)
  expect(producerIds).not.toContain(await newProducerId(client))
}

async function send(client: WireClient, name: string, index: number, batch: FixtureProducer['batch']) {
  const partitionData = [{ index, records: Uint8Array.fromHex(batch) }]
  const request = { acks: -1, timeoutMs: 1000, topicData: [{ topicId: zeroUuid, name, partitionData }] }
  const { responses } = await client.call(produce, 9, request)
  const outcome = responses[0]?.partitionResponses[0]
  if (!outcome) throw new Error('no outcome')
  return outcome
}

async function topicsOf(client: WireClient) {
  const { topics } = await client.call(metadata, 12, {
    topics: null,
    allowAutoTopicCreation: false,
    includeClusterAuthorizedOperations: false,
    includeTopicAuthorizedOperations: false,
  })
  const own = topics.filter(({ isInternal }) => !isInternal)
  const shapes: [string | null, { id: string; count: number }][] = own.map(({ name, topicId, partitions }) => [
    name,
    { id: topicId, count: partitions.length },
  ])
  return {
    own: new Map(shapes),
    internal: topics.flatMap(({ name, isInternal }) => (isInternal ? [name] : [])).sort(),
  }
}

async function configsOf(client: WireClient, resourceName: string): Promise<Record<string, string | null>> {
  const resources = [{ resourceType: TOPIC_RESOURCE, resourceName, configurationKeys: null }]
  const request = { resources, includeSynonyms: false, includeDocumentation: false }
  const { results } = await client.call(describeConfigs, 4, request)
  const own = (results[0]?.configs ?? []).filter(({ configSource }) => configSource === TOPIC_SOURCE)
  return Object.fromEntries(own.map(({ name, value }) => [name, value]))
}

async function recordsOf(client: WireClient, topic: string, partition: number): Promise<FixtureRecord[]> {
  const records: FixtureRecord[] = []
  for await (const { header, bytes } of storedBatches(client, { topic, partition })) {
    for (const { timestamp, key, value, headers } of readRecords(bytes, header, MAX_BYTES)) {
      records.push({
        timestamp,
        key: key?.toHex() ?? null,
        value: value?.toHex() ?? null,
        headers: headers.map(of => [of.key, of.value?.toHex() ?? null]),
      })
    }
  }
  return records
}
