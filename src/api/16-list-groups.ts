import { ErrorCode } from '../wire/errors.ts'
import { array, contract, int16, int32, string } from '../wire/schema.ts'
import { api } from './api.ts'

/**
 * ListGroups v0–5. v4 states, as answer and as filter (KIP-518); v5 types likewise (KIP-848).
 */
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

export default api(listGroups, ({ statesFilter, typesFilter }, { groups }) => ({
  throttleTimeMs: 0,
  errorCode: ErrorCode.NONE,
  groups: groups.listGroups(statesFilter, typesFilter),
}))
