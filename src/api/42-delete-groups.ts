import { array, contract, int16, int32, string } from '../wire/schema.ts'
import { api } from './api.ts'

/** DeleteGroups v0–2. */
export const deleteGroups = contract({
  key: 42,
  name: 'DeleteGroups',
  versions: '0-2',
  flexible: 2,
  request: () => ({
    groupsNames: array(string()),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    results: array({
      groupId: string(),
      errorCode: int16(),
    }),
  }),
})

export default api(deleteGroups)
