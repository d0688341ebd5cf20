import { array, contract, int8, int16, int32, string } from '../wire/schema.ts'
import { api } from './api.ts'

/** DescribeUserScramCredentials v0. */
export const describeUserScramCredentials = contract({
  key: 50,
  name: 'DescribeUserScramCredentials',
  versions: '0',
  flexible: 0,
  request: () => ({
    users: array({
      name: string(),
    }).nullable(),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string().nullable(),
    results: array({
      user: string(),
      errorCode: int16(),
      errorMessage: string().nullable(),
      credentialInfos: array({
        mechanism: int8(),
        iterations: int32(),
      }),
    }),
  }),
})

export default api(describeUserScramCredentials)
