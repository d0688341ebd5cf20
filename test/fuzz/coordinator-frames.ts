/** Sound requests about groups and transactions that are there. @module */
import { produce } from '../../src/api/00-produce.ts'
import { offsetCommit } from '../../src/api/08-offset-commit.ts'
import { offsetFetch } from '../../src/api/09-offset-fetch.ts'
import { joinGroup } from '../../src/api/11-join-group.ts'
import { heartbeat } from '../../src/api/12-heartbeat.ts'
import { leaveGroup } from '../../src/api/13-leave-group.ts'
import { syncGroup } from '../../src/api/14-sync-group.ts'
import { describeGroups } from '../../src/api/15-describe-groups.ts'
import { initProducerId } from '../../src/api/22-init-producer-id.ts'
import { addPartitionsToTxn } from '../../src/api/24-add-partitions-to-txn.ts'
import { addOffsetsToTxn } from '../../src/api/25-add-offsets-to-txn.ts'
import { endTxn } from '../../src/api/26-end-txn.ts'
import { txnOffsetCommit } from '../../src/api/28-txn-offset-commit.ts'
import { offsetDelete } from '../../src/api/47-offset-delete.ts'
import type { TransactionalProducer } from '../../src/core/transactions/commands.ts'
import { addPartitionsOf, initOf, offsetFetchOf } from '../clients/coordinator-requests.ts'
import { frameOf } from '../sim/client.ts'
import { commitOf, joinOf, type Member, syncOf, txnCommitOf } from '../sim/groups.ts'
import { batchOf, produceOf } from '../sim/world.ts'

/** Of each member, who is alone in his group, and of each producer, whose transaction is open. */
export function coordinatorFrames(
  topic: string,
  members: readonly Member[],
  producers: readonly TransactionalProducer[],
): Uint8Array[] {
  return [
    ...members.flatMap(member => memberFrames(topic, member)),
    ...producers.flatMap((producer, index) => producerFrames(topic, producer, members[index])),
  ]
}

function memberFrames(topic: string, member: Member): Uint8Array[] {
  const { groupId, memberId } = member
  return [
    frameOf(joinGroup, 9, joinOf(groupId, { memberId }), 1),
    frameOf(joinGroup, 5, joinOf(groupId, { memberId }), 1),
    // Of the versions in which a new member joins at once: the other has to join again.
    frameOf(joinGroup, 3, joinOf(groupId), 1),
    frameOf(syncGroup, 5, syncOf(member, { [memberId]: 'all of it' }), 1),
    ...[0, 4].map(version => frameOf(heartbeat, version, member, 1)),
    ...[2, 9].map(version => frameOf(offsetCommit, version, commitOf(groupId, [1, 2], member, topic), 1)),
    frameOf(offsetFetch, 9, offsetFetchOf(groupId, [{ name: topic, partitionIndexes: [0, 1] }]), 1),
    frameOf(offsetDelete, 0, { groupId, topics: [{ name: topic, partitions: [{ partitionIndex: 0 }] }] }, 1),
    frameOf(describeGroups, 5, { groups: [groupId], includeAuthorizedOperations: true }, 1),
    frameOf(leaveGroup, 5, { groupId, memberId: '', members: [{ memberId }] }, 1),
  ]
}

function producerFrames(topic: string, producer: TransactionalProducer, member: Member | undefined): Uint8Array[] {
  const { transactionalId, ...of } = producer
  const batch = batchOf({ ...of, baseSequence: 1, isTransactional: true })
  const groupId = member?.groupId ?? ''
  return [
    frameOf(addPartitionsToTxn, 3, addPartitionsOf(producer, topic, [0, 1]), 1),
    frameOf(addOffsetsToTxn, 3, { ...producer, groupId }, 1),
    ...[2, 5].map(version => frameOf(txnOffsetCommit, version, txnCommitOf(producer, groupId, [3], member, topic), 1)),
    frameOf(produce, 12, produceOf(topic, { 1: batch }, { transactionalId }), 1),
    frameOf(initProducerId, 5, { ...initOf(transactionalId), ...of }, 1),
    frameOf(endTxn, 4, { ...producer, committed: false }, 1),
    frameOf(endTxn, 5, { ...producer, committed: true }, 1),
  ]
}
