import { brokerNameFault } from '../core/catalog/broker-name.ts'
import { ResourceType } from '../core/catalog/state.ts'
import { topicNameFault } from '../core/catalog/topic.ts'
import {
  type DescribedConfig,
  describeBrokerConfigs,
  describeClientMetricsConfigs,
  describeClusterConfigs,
  describeGroupConfigs,
  describeLoggers,
  describeTopicConfigs,
} from '../core/configs/describe.ts'
import { ConfigSource } from '../core/configs/sources.ts'
import { ErrorCode, MALFORMED_REQUEST } from '../wire/errors.ts'
import { array, bool, contract, int8, int16, int32, string } from '../wire/schema.ts'
import { api, type Call } from './api.ts'

/**
 * DescribeConfigs v0–4. v1 tells the source and the synonyms (KIP-226), where v0 says only whether it is the default;
 * v3 adds types and documentation (KIP-569); v4 is flexible. Topics, brokers, groups, client metrics and the one logger
 * there is. Left out: Kafka's documentation texts, which are null.
 */
export const describeConfigs = contract({
  key: 32,
  name: 'DescribeConfigs',
  versions: '0-4',
  flexible: 4,
  request: () => ({
    resources: array({
      resourceType: int8(),
      resourceName: string(),
      configurationKeys: array(string()).nullable(),
    }),
    includeSynonyms: bool('1+'),
    includeDocumentation: bool('3+'),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    results: array({
      errorCode: int16(),
      errorMessage: string().nullable(),
      resourceType: int8(),
      resourceName: string(),
      configs: array({
        name: string(),
        value: string().nullable(),
        readOnly: bool(),
        configSource: int8('1+').default(-1),
        isDefault: bool('0'),
        isSensitive: bool(),
        synonyms: array(
          {
            name: string(),
            value: string().nullable(),
            source: int8(),
          },
          '1+',
        ),
        configType: int8('3+'),
        documentation: string('3+').nullable(),
      }),
    }),
  }),
})

interface Resource {
  readonly resourceType: number
  readonly resourceName: string
  readonly configurationKeys: readonly string[] | null
}

/** Why there are no configs to show. */
interface Fault {
  readonly errorCode: ErrorCode
  readonly errorMessage: string
}

const malformed = invalidRequest(MALFORMED_REQUEST)

const resourceTypes: ReadonlySet<number> = new Set(Object.values(ResourceType))

export default api(describeConfigs, (request, call) => {
  // Kafka refuses the whole request for one resource of a type that it does not know.
  const isMalformed = request.resources.some(({ resourceType }) => !resourceTypes.has(resourceType))
  const results = request.resources.map(resource => {
    const { resourceType, resourceName } = resource
    const described = isMalformed ? malformed : describe(resource, call)
    if ('errorCode' in described) return { ...described, resourceType, resourceName, configs: [] }
    return {
      errorCode: ErrorCode.NONE,
      errorMessage: '',
      resourceType,
      resourceName,
      configs: described.map(config => ({
        ...config,
        isDefault: config.configSource === ConfigSource.DEFAULT_CONFIG,
        synonyms: request.includeSynonyms ? config.synonyms : [],
      })),
    }
  })
  return { throttleTimeMs: 0, results }
})

function describe(resource: Resource, call: Call): DescribedConfig[] | Fault {
  const { resourceType, resourceName, configurationKeys: keys } = resource
  const { catalog, configs } = call
  switch (resourceType) {
    case ResourceType.TOPIC:
      return describeTopic(resource, call)
    case ResourceType.BROKER:
      if (resourceName === '') return describeClusterConfigs(configs, keys)
      return brokerFault(resourceName, call, ' or empty string') ?? describeBrokerConfigs(configs, keys)
    case ResourceType.BROKER_LOGGER:
      return brokerFault(resourceName, call) ?? describeLoggers(catalog.logLevel, keys)
    case ResourceType.CLIENT_METRICS:
      if (resourceName === '') return invalidRequest('Client metrics subscription name must not be empty')
      return describeClientMetricsConfigs(catalog.configsOf(resourceType, resourceName), keys)
    case ResourceType.GROUP:
      if (resourceName === '') return invalidRequest('Group name must not be empty')
      return describeGroupConfigs(catalog.configsOf(resourceType, resourceName), configs, keys)
    default:
      return malformed
  }
}

function describeTopic({ resourceName, configurationKeys }: Resource, call: Call): DescribedConfig[] | Fault {
  const fault = topicNameFault(resourceName)
  if (fault !== null) return { errorCode: ErrorCode.INVALID_TOPIC_EXCEPTION, errorMessage: fault }
  const topic = call.catalog.topicByName(resourceName)
  if (topic === null) return { errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, errorMessage: '' }
  return describeTopicConfigs(topic.configs, call.configs, configurationKeys)
}

function brokerFault(name: string, { configs }: Call, alternative?: string): Fault | null {
  const fault = brokerNameFault(name, configs.nodeId, alternative)
  return fault === null ? null : invalidRequest(fault)
}

function invalidRequest(errorMessage: string): Fault {
  return { errorCode: ErrorCode.INVALID_REQUEST, errorMessage }
}
