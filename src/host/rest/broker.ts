/** The broker as a resource. @module */
import { describeCluster } from '../../api/60-describe-cluster.ts'
import { type Doors, whole } from './doors.ts'

/** What the host knows of the broker and no door tells. */
export interface BrokerFacts {
  readonly version: string
  readonly port: number
  readonly httpPort: number
  readonly startedAtMs: number
  /** Null: everything lies in memory. */
  readonly directory: string | null
}

const DESCRIBE_CLUSTER_VERSION = 2
const BROKERS = 1

export async function describeBroker(doors: Doors, facts: BrokerFacts, nowMs: number) {
  const request = { includeClusterAuthorizedOperations: false, endpointType: BROKERS, includeFencedBrokers: false }
  const { clusterId, controllerId } = await doors.call(describeCluster, DESCRIBE_CLUSTER_VERSION, request, whole)
  return {
    version: facts.version,
    // The one node is its own controller.
    broker_id: controllerId,
    // The system's clock may be set back.
    uptime_seconds: Math.max(Math.floor((nowMs - facts.startedAtMs) / 1000), 0),
    port: facts.port,
    http_port: facts.httpPort,
    cluster_id: clusterId,
    log_dir: facts.directory,
  }
}
