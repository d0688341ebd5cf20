/** The broker as a resource. @module */
import { describeConfigs } from '../../api/32-describe-configs.ts'
import { describeCluster } from '../../api/60-describe-cluster.ts'
import { ResourceType } from '../../core/catalog/state.ts'
import { type Doors, whole } from './doors.ts'
import { isFailure, Problem } from './problem.ts'

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
const DESCRIBE_CONFIGS_VERSION = 4
const AUTO_CREATION = 'auto.create.topics.enable'
const PARTITION_COUNT = 'num.partitions'

export async function describeBroker(doors: Doors, facts: BrokerFacts, nowMs: number) {
  const { clusterId, nodeId } = await identity(doors)
  return {
    version: facts.version,
    broker_id: nodeId,
    // The system's clock may be set back.
    uptime_seconds: Math.max(Math.floor((nowMs - facts.startedAtMs) / 1000), 0),
    port: facts.port,
    http_port: facts.httpPort,
    cluster_id: clusterId,
    log_dir: facts.directory,
  }
}

async function identity(doors: Doors) {
  const request = { includeClusterAuthorizedOperations: false, endpointType: BROKERS, includeFencedBrokers: false }
  const { clusterId, controllerId } = await doors.call(describeCluster, DESCRIBE_CLUSTER_VERSION, request, whole)
  // The one node is its own controller.
  return { clusterId, nodeId: controllerId }
}

/**
 * How many partitions a topic gets that comes to be by being written to; null where none comes to be so.
 * @throws Problem
 */
export async function newPartitionCount(doors: Doors): Promise<number | null> {
  const { nodeId } = await identity(doors)
  const resource = {
    resourceType: ResourceType.BROKER,
    resourceName: String(nodeId),
    configurationKeys: [AUTO_CREATION, PARTITION_COUNT],
  }
  const request = { resources: [resource], includeSynonyms: false, includeDocumentation: false }
  const { results } = await doors.call(describeConfigs, DESCRIBE_CONFIGS_VERSION, request, whole)
  const [result] = results
  if (!result || isFailure(result.errorCode)) throw new Problem(500, 'the broker does not tell its configs')
  const values = new Map(result.configs.map(({ name, value }) => [name, value]))
  return values.get(AUTO_CREATION) === 'true' ? Number(values.get(PARTITION_COUNT)) : null
}
