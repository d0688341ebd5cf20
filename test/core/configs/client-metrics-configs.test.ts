import { expect, test } from 'bun:test'
import { validateClientMetricsConfigs } from '../../../src/core/configs/client-metrics-configs.ts'
import { ErrorCode } from '../../../src/wire/errors.ts'

const interval = 'interval must be between 100 and 3600000 (1 hour)'
const refused: readonly (readonly [name: string, value: string, error: keyof typeof ErrorCode, message: string])[] = [
  ['no.such', '1', 'INVALID_REQUEST', 'Unknown client metrics configuration: no.such'],
  ['interval.ms', '99', 'INVALID_REQUEST', `Invalid value 99 for interval.ms, ${interval}`],
  ['interval.ms', '3600001', 'INVALID_REQUEST', `Invalid value 3600001 for interval.ms, ${interval}`],
  ['interval.ms', 'x', 'INVALID_CONFIG', 'Invalid value x for configuration interval.ms: Not a number of type INT'],
  ...['client_id', 'foo=a', 'client_id=[', 'client_id=', 'client_id=a=b', '\u00a0client_id=a'].map(
    pattern => ['match', pattern, 'INVALID_CONFIG', `Illegal client matching pattern: ${pattern}`] as const,
  ),
]

test.each(refused)('Kafka refuses %s=%s', (name, value, error, message) => {
  expect(validateClientMetricsConfigs(new Map([[name, value]]))).toEqual({ errorCode: ErrorCode[error], message })
})

test.each([
  ['interval.ms', ' 100 '],
  ['interval.ms', '3600000'],
  ['interval.ms', '\u0661\u0660\u0660'],
  ['match', ''],
  ['match', '\u0001client_id\u0002=\u0003a\u0004'],
  ['match', 'client_id=a.*, client_software_name = b'],
  ['metrics', 'org.apache.kafka.producer.'],
])('Kafka takes %s=%s', (name, value) => {
  expect(validateClientMetricsConfigs(new Map([[name, value]]))).toBeNull()
})
