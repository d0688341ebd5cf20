import { array, contract, int16, int32, string } from '../wire/schema.ts'
import { api } from './api.ts'

/** DeleteGroups v0–2. A group that is named twice is answered once. */
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

export default api(deleteGroups, ({ groupsNames }, { groups }) => ({
  throttleTimeMs: 0,
  results: Array.from(new Set(groupsNames), groupId => {
    const { errorCode } = groups.ask({ type: 'deleteGroup', groupId })
    return { groupId, errorCode }
  }),
}))
