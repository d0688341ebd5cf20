import { array, bool, contract, int16, int32, int64, string, uint16, uuid } from '../wire/schema.ts'
import { api } from './api.ts'

/** BrokerRegistration v0–4. */
export const brokerRegistration = contract({
  key: 62,
  name: 'BrokerRegistration',
  versions: '0-4',
  flexible: 0,
  request: () => ({
    brokerId: int32(),
    clusterId: string(),
    incarnationId: uuid(),
    listeners: array({
      name: string(),
      host: string(),
      port: uint16(),
      securityProtocol: int16(),
    }),
    features: array({
      name: string(),
      minSupportedVersion: int16(),
      maxSupportedVersion: int16(),
    }),
    rack: string().nullable(),
    isMigratingZkBroker: bool('1+'),
    logDirs: array(uuid(), '2+'),
    previousBrokerEpoch: int64('3+').default(-1),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    errorCode: int16(),
    brokerEpoch: int64().default(-1),
  }),
})

export default api(brokerRegistration)
