import { array, contract, int16, int32, string } from '../wire/schema.ts'
import { api } from './api.ts'

/** ListGroups v0–5. */
export const listGroups = contract({
  key: 16,
  name: 'ListGroups',
  versions: '0-5',
  flexible: 3,
  request: () => ({
    statesFilter: array(string(), '4+'),
    typesFilter: array(string(), '5+'),
  }),
  response: () => ({
    throttleTimeMs: int32('1+'),
    errorCode: int16(),
    groups: array({
      groupId: string(),
      protocolType: string(),
      groupState: string('4+'),
      groupType: string('5+'),
    }),
  }),
})

export default api(listGroups)
