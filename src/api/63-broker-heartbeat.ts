import { array, bool, contract, int16, int32, int64, uuid } from '../wire/schema.ts'
import { api } from './api.ts'

/** BrokerHeartbeat v0–2. */
export const brokerHeartbeat = contract({
  key: 63,
  name: 'BrokerHeartbeat',
  versions: '0-2',
  flexible: 0,
  request: () => ({
    brokerId: int32(),
    brokerEpoch: int64().default(-1),
    currentMetadataOffset: int64(),
    wantFence: bool(),
    wantShutDown: bool(),
    offlineLogDirs: array(uuid(), '1+').tag(0, '1+'),
    cordonedLogDirs: array(uuid(), '2+').nullable().tag(1, '2+').default(null),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    errorCode: int16(),
    isCaughtUp: bool(),
    isFenced: bool().default(true),
    shouldShutDown: bool(),
  }),
})

export default api(brokerHeartbeat)
