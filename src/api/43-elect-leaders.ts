import { ElectionType, election, unknownPartition } from '../core/catalog/replicas.ts'
import { ErrorCode } from '../wire/errors.ts'
import { array, contract, type Infer, int8, int16, int32, string } from '../wire/schema.ts'
import { api, type Call } from './api.ts'

/**
 * ElectLeaders v0–2. v1 unclean elections (KIP-460); v2 is flexible. The one broker leads what it has, so that nobody is
 * ever elected, and `timeoutMs` bounds nothing; 0 and less time out as they do in Kafka.
 */
export const electLeaders = contract({
  key: 43,
  name: 'ElectLeaders',
  versions: '0-2',
  flexible: 2,
  request: () => ({
    electionType: int8('1+'),
    topicPartitions: array({
      topic: string(),
      partitions: array(int32()),
    }).nullable(),
    timeoutMs: int32().default(60000),
  }),
  response: () => ({
    throttleTimeMs: int32(),
    errorCode: int16('1+'),
    replicaElectionResults: array({
      topic: string(),
      partitionResult: array({
        partitionId: int32(),
        errorCode: int16(),
        errorMessage: string().nullable(),
      }),
    }),
  }),
})

type Request = Infer<typeof electLeaders.request>

export default api(electLeaders, (request, { catalog }) => {
  const { electionType, topicPartitions, timeoutMs } = request
  if (topicPartitions === null || topicPartitions.length > 0) {
    if (timeoutMs <= 0) return refusal(request, ErrorCode.REQUEST_TIMED_OUT, null)
    if (electionType !== ElectionType.PREFERRED && electionType !== ElectionType.UNCLEAN) {
      return refusal(request, ErrorCode.INVALID_REQUEST, `There is no election type ${electionType}`)
    }
  }
  const results = topicPartitions === null ? allElections(catalog, electionType) : elections(request, catalog)
  return { throttleTimeMs: 0, errorCode: ErrorCode.NONE, replicaElectionResults: results }
})

function elections({ topicPartitions, electionType }: Request, catalog: Call['catalog']) {
  return (topicPartitions ?? []).map(({ topic, partitions }) => {
    const known = catalog.topicByName(topic)?.partitions
    const partitionResult = partitions.map(partitionId => {
      const partition = known?.[partitionId]
      return { partitionId, ...(partition ? election(partition, electionType) : unknownPartition) }
    })
    return { topic, partitionResult }
  })
}

/** Of all topics, those partitions that need an election. */
function allElections(catalog: Call['catalog'], electionType: number) {
  return Array.from(catalog.topics(), ({ name, partitions }) => {
    const results = partitions.map(partition => ({
      partitionId: partition.index,
      ...election(partition, electionType),
    }))
    const needed = results.filter(({ errorCode }) => errorCode !== ErrorCode.ELECTION_NOT_NEEDED)
    return { topic: name, partitionResult: needed }
  })
}

function refusal({ topicPartitions }: Request, errorCode: ErrorCode, errorMessage: string | null) {
  const replicaElectionResults = (topicPartitions ?? []).map(({ topic, partitions }) => {
    return { topic, partitionResult: partitions.map(partitionId => ({ partitionId, errorCode, errorMessage })) }
  })
  return { throttleTimeMs: 0, errorCode, replicaElectionResults }
}
