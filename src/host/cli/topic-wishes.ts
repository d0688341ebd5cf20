/** Topics as the command line names them: NAME:PARTITIONS[:KEY=VALUE…]. @module */
import { type TopicWish, UsageError } from '../config.ts'

/**
 * The topics in `text`, with blanks between them. A name that comes again is meant anew. Whether there can be such topics
 * is not asked: see refuse-topics.ts. Throws UsageError.
 */
export function topicsOf(text: string, as: string): TopicWish[] {
  const wishes = text.split(/\s+/).filter(word => word !== '')
  return [...new Map(wishes.map(wish => topicOf(wish, as)).map(topic => [topic.name, topic])).values()]
}

/** A config's value may hold colons: one ends where the next config's name begins. */
function topicOf(wish: string, as: string): TopicWish {
  const [, name, digits, rest = ''] = /^([^:]+):(\d+)(:.*)?$/.exec(wish) ?? []
  const [before, ...pairs] = rest.split(/:(?=[\w.-]+=)/)
  if (name === undefined || before !== '') {
    throw new UsageError(
      `${as} wants NAME:PARTITIONS[:KEY=VALUE...], as in 'orders:3:retention.ms=1000', not '${wish}'`,
    )
  }
  return { name, partitionCount: Number(digits), configs: pairs.map(configOf) }
}

function configOf(pair: string): { name: string; value: string } {
  const equals = pair.indexOf('=')
  return { name: pair.slice(0, equals), value: pair.slice(equals + 1) }
}

/** A topic as it is named. */
export function topicText({ name, partitionCount, configs }: TopicWish): string {
  return [name, partitionCount, ...configs.map(config => `${config.name}=${config.value}`)].join(':')
}
