import type { JoinGroupResponse } from '../core/groups/commands.ts'
import { array, bool, bytes, contract, int16, int32, string } from '../wire/schema.ts'
import { api, mapAnswer } from './api.ts'

/**
 * JoinGroup v0–9. v1 a timeout for the rebalance itself; v4 a new member gets its id first and joins with it (KIP-394); v5
 * static members (KIP-345); v7 the protocol type in the answer; v8 reasons (KIP-800), which nobody is told; v9 tells a leader
 * that it need not assign (KIP-814).
 */
export const joinGroup = contract({
  key: 11,
  name: 'JoinGroup',
  versions: '0-9',
  flexible: 6,
  request: () => ({
    groupId: string(),
    sessionTimeoutMs: int32(),
    rebalanceTimeoutMs: int32('1+').default(-1),
    memberId: string(),
    groupInstanceId: string('5+').nullable().default(null),
    protocolType: string(),
    protocols: array({
      name: string(),
      metadata: bytes(),
    }),
    reason: string('8+').nullable().default(null),
  }),
  response: () => ({
    throttleTimeMs: int32('2+'),
    errorCode: int16(),
    generationId: int32().default(-1),
    protocolType: string('7+').nullable().default(null),
    protocolName: string().nullable('7+'),
    leader: string(),
    skipAssignment: bool('9+'),
    memberId: string(),
    members: array({
      memberId: string(),
      groupInstanceId: string('5+').nullable().default(null),
      metadata: bytes(),
    }),
  }),
})

/** From here on an absent protocol name is null. */
const NULL_NAMES = 7

export default api(joinGroup, (request, { version, clientId, clientAddress, groups }) => {
  const client = { id: clientId ?? '', host: `/${clientAddress}` }
  return mapAnswer(groups.joinGroup({ version, client, request }), ({ response }) => answerOf(response, version))
})

function answerOf(response: JoinGroupResponse, version: number) {
  const { protocolName } = response
  return { ...response, throttleTimeMs: 0, protocolName: version < NULL_NAMES ? (protocolName ?? '') : protocolName }
}
