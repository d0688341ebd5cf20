/**
 * What a client may do, as a set of bits (KIP-430). Without an authorizer everybody may do all that the kind of resource
 * knows (AclEntry.supportedOperations).
 * @module
 */

/** AclOperation's codes. */
const operations = {
  READ: 3,
  WRITE: 4,
  CREATE: 5,
  DELETE: 6,
  ALTER: 7,
  DESCRIBE: 8,
  CLUSTER_ACTION: 9,
  DESCRIBE_CONFIGS: 10,
  ALTER_CONFIGS: 11,
  IDEMPOTENT_WRITE: 12,
} as const

function bits(names: readonly (keyof typeof operations)[]): number {
  return names.reduce((set, name) => set | (1 << operations[name]), 0)
}

/** Stands for "not asked". */
export const OPERATIONS_NOT_ASKED = -0x8000_0000

export const topicOperations = bits([
  'READ',
  'WRITE',
  'CREATE',
  'DELETE',
  'ALTER',
  'DESCRIBE',
  'DESCRIBE_CONFIGS',
  'ALTER_CONFIGS',
])

export const clusterOperations = bits([
  'CREATE',
  'ALTER',
  'DESCRIBE',
  'CLUSTER_ACTION',
  'DESCRIBE_CONFIGS',
  'ALTER_CONFIGS',
  'IDEMPOTENT_WRITE',
])

export const groupOperations = bits(['READ', 'DELETE', 'DESCRIBE', 'DESCRIBE_CONFIGS', 'ALTER_CONFIGS'])
