import { noFault } from '../core/catalog/decision.ts'
import { reassignment, unknownPartition } from '../core/catalog/replicas.ts'
import { ErrorCode } from '../wire/errors.ts'
import { array, bool, contract, type Infer, int16, int32, string } from '../wire/schema.ts'
import { api } from './api.ts'

/**
 * AlterPartitionReassignments v0–1. v1 can forbid another number of replicas (KIP-860). There is one broker, so that the
 * replicas that are asked for are there already or cannot be, and `timeoutMs` bounds nothing; 0 and less time out as they
 * do in Kafka.
 */
export const alterPartitionReassignments = contract({
  key: 45,
  name: 'AlterPartitionReassignments',
  versions: '0-1',
  flexible: 0,
  request: () => ({
    timeoutMs: int32().default(60000),
    allowReplicationFactorChange: bool('1+').default(true),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        replicas: array(int32()).nullable().default(null),
      }),
    }),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    allowReplicationFactorChange: bool('1+').default(true),
    errorCode: int16(),
    errorMessage: string().nullable(),
    responses: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
        errorMessage: string().nullable(),
      }),
    }),
  }),
})

type Request = Infer<typeof alterPartitionReassignments.request>

export default api(alterPartitionReassignments, (request, { catalog }) => {
  const { topics, timeoutMs, allowReplicationFactorChange } = request
  if (topics.length === 0) return { throttleTimeMs: 0, errorCode: ErrorCode.NONE, errorMessage: '', responses: [] }
  if (timeoutMs <= 0) return tooLate(request)
  const responses = topics.map(({ name, partitions }) => {
    const known = catalog.topicByName(name)?.partitions
    const results = partitions.map(({ partitionIndex, replicas }) => {
      const partition = known?.[partitionIndex]
      const reassigned = partition && reassignment(partition, replicas, allowReplicationFactorChange, catalog.nodeId)
      return { partitionIndex, ...(reassigned ?? unknownPartition) }
    })
    return { name, partitions: results }
  })
  return { throttleTimeMs: 0, allowReplicationFactorChange, ...noFault, responses }
})

function tooLate({ topics }: Request) {
  const late = { errorCode: ErrorCode.REQUEST_TIMED_OUT, errorMessage: null }
  const responses = topics.map(({ name, partitions }) => {
    return { name, partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, ...late })) }
  })
  return { throttleTimeMs: 0, ...late, responses }
}
