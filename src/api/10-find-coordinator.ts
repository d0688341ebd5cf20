import { array, contract, int8, int16, int32, string } from '../wire/schema.ts'
import { api } from './api.ts'

/** FindCoordinator v0–6. */
export const findCoordinator = contract({
  key: 10,
  name: 'FindCoordinator',
  versions: '0-6',
  flexible: 3,
  request: () => ({
    key: string('0-3'),
    keyType: int8('1+'),
    coordinatorKeys: array(string(), '4+'),
  }),
  response: () => ({
    throttleTimeMs: int32('1+'),
    coordinators: array(
      {
        key: string(),
        nodeId: int32(),
        host: string(),
        port: int32(),
        errorCode: int16(),
        errorMessage: string().nullable(),
      },
      '4+',
    ),
    errorCode: int16('0-3'),
    errorMessage: string('1-3').nullable(),
    nodeId: int32('0-3'),
    host: string('0-3'),
    port: int32('0-3'),
  }),
})

export default api(findCoordinator)
