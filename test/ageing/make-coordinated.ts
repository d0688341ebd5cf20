/** What the fixtures have of groups and transactions. @module */
import { metadata } from '../../src/api/03-metadata.ts'
import { initProducerId } from '../../src/api/22-init-producer-id.ts'
import { endTxn } from '../../src/api/26-end-txn.ts'
import { txnOffsetCommit } from '../../src/api/28-txn-offset-commit.ts'
import { describeTransactions } from '../../src/api/65-describe-transactions.ts'
import type { TransactionalProducer } from '../../src/core/transactions/commands.ts'
import { ErrorCode, errorName } from '../../src/wire/errors.ts'
import { initOf } from '../clients/coordinator-requests.ts'
import { commit, findGroup, join, type Member, settled, sync } from '../clients/group-requests.ts'
import type { WireClient } from '../clients/wire-client.ts'
import type { FixtureContent, FixtureMember, FixtureOffset, FixtureTransaction } from './fixture.ts'
import { LogWriter, newTopic } from './log-writer.ts'

/** As long as is allowed unless told: nothing may end while the fixture is made. */
const TRANSACTION_MS = 900_000
const SESSION_MS = 1_800_000
const ASSIGNMENT = 'all of it'
const LEDGER = 'ledger'

/** A group with a member and one without, and three transactions of two producers: committed, aborted, open. */
export async function writeCoordinated(
  client: WireClient,
  topic: string,
  madeMs: number,
): Promise<Pick<FixtureContent, 'internalTopics' | 'logs' | 'groups' | 'transactions'>> {
  const groupId = 'readers'
  const member = await joinAlone(client, groupId, topic)
  const of = { ...member, groupId }
  requireNone('OffsetCommit', await commit(client, groupId, topic, [{ partition: 0, offset: 6 }], of))
  const waiting = 'waiting'
  requireNone('OffsetCommit', await commit(client, waiting, topic, [{ partition: 0, offset: 1 }]))

  const log = new LogWriter(client, await newTopic(client, LEDGER, 1, { 'segment.ms': '500' }), madeMs)
  const committed = [await log.write('plain', 'in no transaction')]
  const first = await initProducer(client, 'ended')
  committed.push(await log.write('committed', 'a', { ...first, baseSequence: 0 }))
  committed.push(await log.write('committed', 'b', { ...first, baseSequence: 1 }))
  await commitIn(client, first, topic, 1, 2, of)
  const second = await end(client, first, true)
  log.marked()
  const { offset: firstOffset } = await log.write('aborted', 'a', { ...second, baseSequence: 0 })
  await commitIn(client, second, topic, 1, 99, of)
  const ended = await end(client, second, false)
  log.marked()

  const open = await initProducer(client, 'open')
  const pending = [await log.write('open', 'a', { ...open, baseSequence: 0 })]
  pending.push(await log.write('plain', 'behind an open transaction'))
  await commitIn(client, open, topic, 0, 3, { groupId: waiting, memberId: '', generationId: -1 })

  const offsets = [committedOffset(topic, 0, 6), committedOffset(topic, 1, 2)]
  return {
    internalTopics: await internalTopics(client),
    logs: [
      log.log(committed, {
        stableOffset: pending[0]?.offset ?? -1,
        pending,
        aborted: [{ producerId: second.producerId, firstOffset }],
      }),
    ],
    groups: [
      { groupId, member, offsets, laterOffsets: offsets },
      {
        groupId: waiting,
        member: null,
        offsets: [committedOffset(topic, 0, 1)],
        laterOffsets: [committedOffset(topic, 0, 3)],
      },
    ],
    transactions: [await transactionOf(client, ended, 'CompleteAbort'), await transactionOf(client, open, 'Ongoing')],
  }
}

function requireNone(what: string, code: number): void {
  if (code !== ErrorCode.NONE) throw new Error(`${what}: ${errorName(code)}`)
}

async function joinAlone(client: WireClient, groupId: string, topic: string): Promise<FixtureMember> {
  await findGroup(client, groupId)
  const wish = { groupId, topic, sessionTimeoutMs: SESSION_MS }
  const { memberId } = await join(client, { ...wish, memberId: '' })
  const { errorCode, generationId } = await join(client, { ...wish, memberId })
  requireNone('JoinGroup', errorCode)
  const synced = await sync(client, { groupId, memberId, generationId }, new Map([[memberId, ASSIGNMENT]]))
  requireNone('SyncGroup', synced.errorCode)
  return { memberId, generationId, topic, assignment: ASSIGNMENT }
}

async function initProducer(client: WireClient, transactionalId: string): Promise<TransactionalProducer> {
  const { errorCode, producerId, producerEpoch } = await settled(() =>
    client.call(initProducerId, 5, initOf(transactionalId, TRANSACTION_MS)),
  )
  requireNone('InitProducerId', errorCode)
  return { transactionalId, producerId, producerEpoch }
}

/** Ends its transaction, and returns what the producer goes on with. */
async function end(
  client: WireClient,
  producer: TransactionalProducer,
  committed: boolean,
): Promise<TransactionalProducer> {
  const { errorCode, producerId, producerEpoch } = await client.call(endTxn, 5, { ...producer, committed })
  requireNone('EndTxn', errorCode)
  return { ...producer, producerId, producerEpoch }
}

async function commitIn(
  client: WireClient,
  producer: TransactionalProducer,
  name: string,
  partitionIndex: number,
  offset: number,
  member: Member,
): Promise<void> {
  const { groupId, memberId, generationId } = member
  const partition = {
    partitionIndex,
    committedOffset: offset,
    committedLeaderEpoch: 0,
    committedMetadata: textOf(offset),
  }
  const topics = [{ name, partitions: [partition] }]
  const answer = await client.call(txnOffsetCommit, 5, { ...producer, groupId, memberId, generationId, topics })
  for (const { errorCode } of answer.topics.flatMap(of => of.partitions)) requireNone('TxnOffsetCommit', errorCode)
}

function committedOffset(topic: string, partition: number, offset: number): FixtureOffset {
  return { topic, partition, offset, leaderEpoch: 0, metadata: textOf(offset) }
}

function textOf(offset: number): string {
  return `offset ${offset}`
}

/** Which partition keeps the offsets of a group only the broker knows: the topics are what it tells. */
async function transactionOf(
  client: WireClient,
  { transactionalId, producerId, producerEpoch }: TransactionalProducer,
  state: string,
): Promise<FixtureTransaction> {
  const answer = await client.call(describeTransactions, 0, { transactionalIds: [transactionalId] })
  const topics = answer.transactionStates.flatMap(of => of.topics)
  return { transactionalId, producerId, producerEpoch, state, topics }
}

async function internalTopics(client: WireClient): Promise<string[]> {
  const { topics } = await client.call(metadata, 12, {
    topics: null,
    allowAutoTopicCreation: false,
    includeClusterAuthorizedOperations: false,
    includeTopicAuthorizedOperations: false,
  })
  return topics.flatMap(({ name, isInternal }) => (isInternal && name !== null ? [name] : [])).sort()
}
