/** The topics in which Kafka's coordinators keep their state, as Kafka makes them (AutoTopicCreationManager). @module */
import type { BrokerConfigs } from '../configs/broker-configs.ts'
import type { NewTopic } from './commands.ts'
import { CONSUMER_OFFSETS, SHARE_GROUP_STATE, TRANSACTION_STATE } from './topic.ts'

/** Each with the prefix of the broker configs that shape it. */
const internalTopics: ReadonlyMap<string, { readonly prefix: string; readonly configs: readonly string[] }> = new Map([
  [CONSUMER_OFFSETS, { prefix: 'offsets.topic', configs: ['cleanup.policy=compact', 'compression.type=producer'] }],
  [
    TRANSACTION_STATE,
    {
      prefix: 'transaction.state.log',
      configs: ['cleanup.policy=compact', 'compression.type=uncompressed', 'unclean.leader.election.enable=false'],
    },
  ],
  [
    SHARE_GROUP_STATE,
    {
      prefix: 'share.coordinator.state.topic',
      configs: ['cleanup.policy=delete', 'compression.type=producer', 'retention.ms=-1'],
    },
  ],
])

/** How a topic is made that a client asked for and that is not there. */
export function autoCreatedTopic(name: string, broker: BrokerConfigs): NewTopic {
  const internal = internalTopics.get(name)
  if (!internal) return { name, numPartitions: -1, replicationFactor: -1, assignments: [], configs: [] }
  const setting = (suffix: string) => broker.number(`${internal.prefix}.${suffix}`)
  const configs = [...internal.configs, `segment.bytes=${setting('segment.bytes')}`]
  // Offsets are as safe as the topic's default makes them: Kafka has no setting of their own.
  if (name !== CONSUMER_OFFSETS) configs.push(`min.insync.replicas=${setting('min.isr')}`)
  return {
    name,
    numPartitions: setting('num.partitions'),
    replicationFactor: setting('replication.factor'),
    assignments: [],
    configs: configs.map(config => {
      const [key = '', value = ''] = config.split('=')
      return { name: key, value }
    }),
  }
}
