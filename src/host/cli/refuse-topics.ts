/** Topics that no broker can make are refused before there is one. @module */
import { MAX_RECORDS } from '../../core/catalog/decision.ts'
import { CLUSTER_METADATA, topicNameFault } from '../../core/catalog/topic.ts'
import { nearestName } from '../../core/configs/nearest.ts'
import { topicConfigTable, validateTopicConfigs } from '../../core/configs/topic-configs.ts'
import { type TopicWish, UsageError } from '../config.ts'
import { recordCountOf } from '../first-topics.ts'
import { topicText } from './topic-wishes.ts'

/** Whether they are there already makes no difference. `as` is how they were given. Throws UsageError. */
export function refuseBadTopics(wishes: readonly TopicWish[], as: string): void {
  for (const wish of wishes) {
    const fault = nameFault(wish) ?? configFault(wish)
    if (fault !== null) throw new UsageError(`${as} ${topicText(wish)}: ${fault}`)
    const most = MAX_RECORDS - recordCountOf({ ...wish, partitionCount: 0 })
    if (wish.partitionCount < 1 || wish.partitionCount > most) {
      throw new UsageError(`${as} wants from 1 to ${most} partitions, not '${topicText(wish)}'`)
    }
  }
}

function nameFault({ name }: TopicWish): string | null {
  return name === CLUSTER_METADATA ? 'the name is reserved' : topicNameFault(name)
}

/** What is wrong whatever the broker's own configs are. */
function configFault({ configs }: TopicWish): string | null {
  for (const { name } of configs) {
    if (topicConfigTable.find(name) !== null) continue
    const nearest = nearestName(name, topicConfigTable.names())
    return `unknown config '${name}'${nearest === null ? '' : `: did you mean '${nearest}'?`}`
  }
  return validateTopicConfigs(new Map(configs.map(({ name, value }) => [name, value])))?.message ?? null
}
