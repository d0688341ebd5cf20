/** A principal as brokers hand it to one another. @module */
import { bool, recordSchema, string } from '../../wire/schema.ts'

export const defaultPrincipalData = recordSchema({
  name: 'DefaultPrincipalData',
  versions: '0',
  flexible: 0,
  fields: () => ({
    type: string(),
    name: string(),
    tokenAuthenticated: bool(),
  }),
})
