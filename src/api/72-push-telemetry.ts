import { bool, bytes, contract, int8, int16, int32, uuid } from '../wire/schema.ts'
import { api } from './api.ts'

/** PushTelemetry v0. */
export const pushTelemetry = contract({
  key: 72,
  name: 'PushTelemetry',
  versions: '0',
  flexible: 0,
  request: () => ({
    clientInstanceId: uuid(),
    subscriptionId: int32(),
    terminating: bool(),
    compressionType: int8(),
    metrics: bytes(),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    errorCode: int16(),
  }),
})

export default api(pushTelemetry)
