import { expect, test } from 'bun:test'
import { autoCreatedTopic } from '../../../src/core/catalog/internal-topics.ts'
import { BrokerConfigs } from '../../../src/core/configs/broker-configs.ts'

const broker = new BrokerConfigs(new Map([['offsets.topic.num.partitions', '7']]))

/** What Apache Kafka 4.3.1 wrote into its metadata log when its coordinators were first asked for. */
const kafkasOwn: readonly (readonly [name: string, numPartitions: number, configs: readonly string[]])[] = [
  ['__consumer_offsets', 7, ['cleanup.policy=compact', 'compression.type=producer', 'segment.bytes=104857600']],
  [
    '__transaction_state',
    50,
    [
      'cleanup.policy=compact',
      'compression.type=uncompressed',
      'min.insync.replicas=1',
      'segment.bytes=104857600',
      'unclean.leader.election.enable=false',
    ],
  ],
  [
    '__share_group_state',
    50,
    [
      'cleanup.policy=delete',
      'compression.type=producer',
      'min.insync.replicas=1',
      'retention.ms=-1',
      'segment.bytes=104857600',
    ],
  ],
  ['other', -1, []],
]

test.each(kafkasOwn)('%s is made as Kafka makes it', (name, numPartitions, configs) => {
  const topic = autoCreatedTopic(name, broker)
  expect(topic.numPartitions).toBe(numPartitions)
  expect(topic.configs.map(config => `${config.name}=${config.value}`).sort()).toEqual([...configs])
})
