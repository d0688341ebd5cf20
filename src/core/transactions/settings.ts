/** The broker's configs that transactions go by. @module */
import type { BrokerConfigs } from '../configs/broker-configs.ts'

/** Limits and intervals of the coordinator. */
export interface TransactionSettings {
  /** The longest timeout that a client may ask for. */
  readonly maxTimeoutMs: number
  /** How long an id is remembered that nobody uses. */
  readonly transactionalIdExpirationMs: number
  /** How often transactions are looked for that have timed out. */
  readonly abortIntervalMs: number
  /** How often transactional ids are looked for that are too old. */
  readonly expiryIntervalMs: number
}

/** Read once: none of these configs can be changed while the broker runs. */
export function transactionSettings(configs: BrokerConfigs): TransactionSettings {
  return {
    maxTimeoutMs: configs.number('transaction.max.timeout.ms'),
    transactionalIdExpirationMs: configs.number('transactional.id.expiration.ms'),
    abortIntervalMs: configs.number('transaction.abort.timed.out.transaction.cleanup.interval.ms'),
    expiryIntervalMs: configs.number('transaction.remove.expired.transaction.cleanup.interval.ms'),
  }
}
