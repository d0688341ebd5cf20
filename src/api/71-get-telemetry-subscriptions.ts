import { array, bool, contract, int8, int16, int32, string, uuid } from '../wire/schema.ts'
import { api } from './api.ts'

/** GetTelemetrySubscriptions v0. */
export const getTelemetrySubscriptions = contract({
  key: 71,
  name: 'GetTelemetrySubscriptions',
  versions: '0',
  flexible: 0,
  request: () => ({
    clientInstanceId: uuid(),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    errorCode: int16(),
    clientInstanceId: uuid(),
    subscriptionId: int32(),
    acceptedCompressionTypes: array(int8()),
    pushIntervalMs: int32(),
    telemetryMaxBytes: int32(),
    deltaTemporality: bool(),
    requestedMetrics: array(string()),
  }),
})

export default api(getTelemetrySubscriptions)
