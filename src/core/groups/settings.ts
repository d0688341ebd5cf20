/** The broker's configs that groups go by. @module */
import type { BrokerConfigs } from '../configs/broker-configs.ts'
import { textToNumber } from '../configs/definition.ts'

/** Limits and times of the coordinator. */
export interface GroupSettings {
  readonly minSessionTimeoutMs: number
  readonly maxSessionTimeoutMs: number
  readonly initialRebalanceDelayMs: number
  readonly maxSize: number
  readonly offsetMetadataMaxBytes: number
  readonly offsetsRetentionMs: number
  readonly offsetsRetentionCheckIntervalMs: number
}

const MINUTE_MS = 60_000

/** Read once: none of these configs can be changed while the broker runs. */
export function groupSettings(configs: BrokerConfigs): GroupSettings {
  return {
    minSessionTimeoutMs: configs.number('group.min.session.timeout.ms'),
    maxSessionTimeoutMs: configs.number('group.max.session.timeout.ms'),
    initialRebalanceDelayMs: configs.number('group.initial.rebalance.delay.ms'),
    maxSize: configs.number('group.max.size'),
    offsetMetadataMaxBytes: configs.number('offset.metadata.max.bytes'),
    offsetsRetentionMs: textToNumber(configs.value('offsets.retention.minutes') ?? '') * MINUTE_MS,
    offsetsRetentionCheckIntervalMs: configs.number('offsets.retention.check.interval.ms'),
  }
}
