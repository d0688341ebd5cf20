/** The configs of client metrics subscriptions (KIP-714): whether Kafka would take them (ClientMetricsConfigs). @module */
import { ErrorCode } from '../../wire/errors.ts'
import { type ConfigRefusal, excerpt, refusal, textToList, textToNumber } from './definition.ts'
import { clientMetricsTable } from './group-table.ts'
import { javaTrim } from './java-text.ts'
import { ConfigTable } from './table.ts'

export const clientMetricsConfigTable = new ConfigTable(clientMetricsTable)

const LEAST_INTERVAL_MS = 100
const MOST_INTERVAL_MS = 3_600_000

/** What a pattern may look at, of a client. */
const matchParameters: ReadonlySet<string> = new Set([
  'client_id',
  'client_instance_id',
  'client_software_name',
  'client_software_version',
  'client_source_address',
  'client_source_port',
])

/** Why Kafka refuses a subscription with these configs and no others, in its words, or null. */
export function validateClientMetricsConfigs(configs: ReadonlyMap<string, string>): ConfigRefusal | null {
  for (const name of configs.keys()) {
    if (clientMetricsConfigTable.find(name) === null) {
      return invalidRequest(`Unknown client metrics configuration: ${excerpt(name)}`)
    }
  }
  for (const [name, value] of configs) {
    const definition = clientMetricsConfigTable.find(name)
    const complaint = definition && refusal(definition, value)
    if (complaint !== null) return invalidConfig(complaint)
  }
  return intervalRefusal(configs.get('interval.ms')) ?? matchRefusal(configs.get('match') ?? '')
}

function intervalRefusal(text: string | undefined): ConfigRefusal | null {
  if (text === undefined) return null
  const interval = textToNumber(text)
  if (interval >= LEAST_INTERVAL_MS && interval <= MOST_INTERVAL_MS) return null
  const bounds = `interval must be between ${LEAST_INTERVAL_MS} and ${MOST_INTERVAL_MS} (1 hour)`
  return invalidRequest(`Invalid value ${interval} for interval.ms, ${bounds}`)
}

function matchRefusal(text: string): ConfigRefusal | null {
  const broken = textToList(text).find(pattern => !isMatchPattern(pattern))
  return broken === undefined ? null : invalidConfig(`Illegal client matching pattern: ${excerpt(broken)}`)
}

/** `parameter=regular expression`, with one equals sign. */
function isMatchPattern(text: string): boolean {
  const [parameter = '', pattern = '', ...rest] = text.split('=')
  return pattern !== '' && rest.length === 0 && matchParameters.has(javaTrim(parameter)) && isRegex(javaTrim(pattern))
}

function isRegex(pattern: string): boolean {
  try {
    new RegExp(pattern)
    return true
  } catch {
    return false
  }
}

function invalidRequest(message: string): ConfigRefusal {
  return { errorCode: ErrorCode.INVALID_REQUEST, message }
}

function invalidConfig(message: string): ConfigRefusal {
  return { errorCode: ErrorCode.INVALID_CONFIG, message }
}
