/** Which brokers are forgotten (ReplicationControlManager.unregisterBroker). @module */
import type { BrokerIdentity, UnregisterBroker } from './commands.ts'
import { type CatalogDecision, type Fault, fault, noFault } from './decision.ts'
import type { CatalogState } from './state.ts'

export function decideUnregisterBroker(
  { brokerEpochs }: CatalogState,
  { brokerId }: UnregisterBroker,
  { nodeId }: BrokerIdentity,
): CatalogDecision {
  // Who is there is registered again at once.
  if (brokerId === nodeId) return answer(done)
  const brokerEpoch = brokerEpochs.get(brokerId)
  const unknown = fault('BROKER_ID_NOT_REGISTERED', `Broker ${brokerId} is not registered`)
  if (brokerEpoch === undefined) return answer(unknown)
  return { records: [{ type: 'unregisterBrokerRecord', value: { brokerId, brokerEpoch } }], ...answer(done) }
}

/** Kafka leaves the text empty. */
const done: Fault = { ...noFault, errorMessage: '' }

function answer(result: Fault): CatalogDecision {
  return { replies: [['', { type: 'unregisterBroker', result }]] }
}
