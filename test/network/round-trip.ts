/**
 * What a client does first: it asks the address that it was given which address the broker has, goes there, and produces.
 * `bun round-trip.ts HOST PORT TOPIC` prints the address that it was told, once a record has been taken there.
 * @module
 */
import { produce } from '../../src/api/00-produce.ts'
import { metadata } from '../../src/api/03-metadata.ts'
import { describeCluster } from '../../src/api/60-describe-cluster.ts'
import { createTopic } from '../clients/requests.ts'
import { connect } from '../clients/wire-client.ts'
import { batchOf, produceOf } from '../sim/world.ts'

const [host = '', port = '', topic = ''] = process.argv.slice(2)

using bootstrap = await connect(Number(port), host)
const { brokers } = await bootstrap.call(metadata, 9, {
  topics: [],
  allowAutoTopicCreation: false,
  includeClusterAuthorizedOperations: false,
  includeTopicAuthorizedOperations: false,
})
const cluster = await bootstrap.call(describeCluster, 1, {
  includeClusterAuthorizedOperations: false,
  includeFencedBrokers: false,
  endpointType: 1,
})
const [told] = brokers
const [same] = cluster.brokers
if (!told || told.host !== same?.host || told.port !== same.port) throw new Error('two APIs tell two addresses')

using broker = await connect(told.port, told.host)
await createTopic(broker, topic, 1)
const { responses } = await broker.call(produce, 9, produceOf(topic, { 0: batchOf() }))
const [outcome] = responses[0]?.partitionResponses ?? []
if (outcome?.errorCode !== 0) throw new Error(`produce: error ${outcome?.errorCode}`)
console.log(`${told.host} ${told.port}`)
process.exit(0)
