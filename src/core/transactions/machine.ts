/**
 * The transaction coordinator as a machine: the transactional ids of one partition of `__transaction_state`, which is its
 * journal (Kafka's TransactionCoordinator and TransactionStateManager).
 *
 * Kafka marks what is in flight as a pending state and has others wait. Here a command ends when its records are written: the
 * one state in which others wait is a decided outcome whose markers a log has refused.
 * @module
 */
import type { BrokerConfigs } from '../configs/broker-configs.ts'
import type { Decision, Machine } from '../machine.ts'
import type { TransactionCommand, TransactionEffect, TransactionReply } from './commands.ts'
import { decideAbortTimedOut, decideEndTxn } from './end.ts'
import { decideExpireTransactionalIds, scheduleExpiry } from './expiry.ts'
import { decideInitProducerId } from './init.ts'
import { decideDescribeTransaction, decideListTransactions } from './inspection.ts'
import { decideMarkersWritten, decideRetryMarkers, resume, retryLater } from './markers.ts'
import { Outcome } from './outcome.ts'
import { decideAddPartitions, decideVerifyPartitions } from './partitions.ts'
import { transactionSettings } from './settings.ts'
import { emptyState, replay, type TransactionsState } from './state.ts'
import { decideFindTimedOut, scheduleSearch } from './timeouts.ts'
import type { TransactionRecord } from './transaction-record.ts'

type TransactionDecision = Decision<TransactionRecord, TransactionReply, TransactionCommand, TransactionEffect>
/** What a Runtime runs on the journal of one partition. */
export type TransactionMachine = Machine<
  TransactionsState,
  TransactionCommand,
  TransactionRecord,
  TransactionReply,
  TransactionEffect
>

/**
 * One machine serves any number of partitions, each with a state of its own. `transactionVersion` gives the level at which
 * transaction.version is finalized.
 */
export function transactionMachine(configs: BrokerConfigs, transactionVersion: () => number): TransactionMachine {
  const settings = transactionSettings(configs)
  return {
    initial: emptyState,
    decide(state, command, now): TransactionDecision {
      const outcome = new Outcome(state, settings, transactionVersion(), now)
      decide(outcome, command)
      return outcome
    },
    replay,
    resume,
  }
}

function decide(outcome: Outcome, command: TransactionCommand): void {
  switch (command.type) {
    case 'initProducerId':
      decideInitProducerId(outcome, command)
      return
    case 'addPartitions':
      decideAddPartitions(outcome, command)
      return
    case 'verifyPartitions':
      decideVerifyPartitions(outcome, command)
      return
    case 'endTxn':
      decideEndTxn(outcome, command)
      return
    case 'describeTransaction':
      decideDescribeTransaction(outcome, command.transactionalId)
      return
    case 'listTransactions':
      decideListTransactions(outcome, command)
      return
    case 'markersWritten':
      decideMarkersWritten(outcome, command)
      return
    case 'retryMarkers':
      decideRetryMarkers(outcome, command.transactionalId)
      return
    case 'findTimedOut':
      decideFindTimedOut(outcome)
      return
    case 'abortTimedOut':
      decideAbortTimedOut(outcome, command)
      return
    case 'expireTransactionalIds':
      decideExpireTransactionalIds(outcome)
      return
    case 'partitionLoaded':
      decidePartitionLoaded(outcome)
      return
    case 'journalRefused':
      decideJournalRefused(outcome, command.command)
      return
  }
}

function decidePartitionLoaded(outcome: Outcome): void {
  if (outcome.state.ongoing.size > 0) scheduleSearch(outcome)
  scheduleExpiry(outcome)
}

/** The timers of what was refused have come to nothing: what is still to happen is begun again. */
function decideJournalRefused(outcome: Outcome, command: TransactionCommand): void {
  const { ongoing, volatile } = outcome.state
  if (command.type === 'expireTransactionalIds') scheduleExpiry(outcome)
  else if (command.type === 'markersWritten') retryLater(outcome, command.transactionalId, [])
  // What would have been the first transaction of several has not begun, nor the search that it brings.
  else if (ongoing.size === 0) volatile.isSearchScheduled = false
}
