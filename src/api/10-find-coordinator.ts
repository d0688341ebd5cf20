import { parseUuid } from '../base/uuid.ts'
import { ErrorCode, errorName, MALFORMED_REQUEST } from '../wire/errors.ts'
import { array, contract, int8, int16, int32, string } from '../wire/schema.ts'
import { api, type Call } from './api.ts'

/**
 * FindCoordinator v0–6. v1 the kind of coordinator; v4 several keys (KIP-699); v6 share groups (KIP-932). The broker that
 * answers is every coordinator there is. The topic of groups, or of transactions, that is not there yet is made at once: Kafka
 * answers COORDINATOR_NOT_AVAILABLE until it is.
 */
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

/** CoordinatorType */
const GROUP = 0
const TRANSACTION = 1
const SHARE = 2

const SEVERAL_KEYS = 4
const SHARE_KEYS = 6

export default api(findCoordinator, ({ key, keyType, coordinatorKeys }, call) => {
  if (call.version < SEVERAL_KEYS) return { throttleTimeMs: 0, ...coordinatorOf(key, keyType, call), coordinators: [] }
  const coordinators = coordinatorKeys.map(of => ({ key: of, ...coordinatorOf(of, keyType, call) }))
  return { throttleTimeMs: 0, ...nowhere, coordinators }
})

function coordinatorOf(key: string, keyType: number, call: Call) {
  const { version, catalog, endpoint } = call
  const errorCode = faultOf(key, keyType, version) ?? open(keyType, call)
  const place = errorCode === ErrorCode.NONE ? { nodeId: catalog.nodeId, ...endpoint } : nowhere
  return { ...place, errorCode, errorMessage: messageFor(errorCode, keyType, version) }
}

/** Of a key in a list Kafka says nothing, but where its kind is none (KafkaApis.handleFindCoordinatorRequestV4AndAbove). */
function messageFor(errorCode: ErrorCode, keyType: number, version: number): string {
  const isKind = keyType >= GROUP && keyType <= SHARE
  if (isKind && version >= SEVERAL_KEYS) return ''
  return errorCode === ErrorCode.INVALID_REQUEST ? MALFORMED_REQUEST : errorName(errorCode)
}

function open(keyType: number, { groups, transactions }: Call): ErrorCode {
  if (keyType === GROUP) return groups.open()
  return keyType === TRANSACTION ? transactions.open() : ErrorCode.NONE
}

const nowhere = { nodeId: -1, host: '', port: -1, errorCode: ErrorCode.NONE, errorMessage: null }

/** Why there is no coordinator for such a key, or null. */
function faultOf(key: string, keyType: number, version: number): ErrorCode | null {
  if (keyType === GROUP || keyType === TRANSACTION) return null
  return keyType === SHARE && version >= SHARE_KEYS && isShareKey(key) ? null : ErrorCode.INVALID_REQUEST
}

/** "group:topicId:partition" (SharePartitionKey). */
function isShareKey(key: string): boolean {
  const [groupId = '', topicId = '', partition = '', ...rest] = key.split(':')
  return groupId.trim() !== '' && parseUuid(topicId) !== null && /^-?\d+$/.test(partition) && rest.length === 0
}
