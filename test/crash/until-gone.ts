/** What clients do for as long as the broker lives. @module */
import type { RunningBroker } from '../binary.ts'
import { connect, onlyDisconnected, type WireClient } from '../clients/wire-client.ts'

/** Does `work` until it is done or the connection is lost: before it was there even, perhaps. */
export async function untilGone(broker: RunningBroker, work: (client: WireClient) => Promise<void>): Promise<void> {
  using client = await connect(broker.port).catch(() => null)
  await (client && work(client).catch(onlyDisconnected))
}
