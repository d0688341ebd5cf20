/** Who makes and removes topics in the simulation, and knows which ones there must be. @module */
import { createTopics } from '../../src/api/19-create-topics.ts'
import { deleteTopics } from '../../src/api/20-delete-topics.ts'
import { zeroUuid } from '../../src/base/uuid.ts'
import type { Topic } from '../../src/core/catalog/catalog.ts'
import { ErrorCode } from '../../src/wire/errors.ts'
import { Actor, expectCode, type SimTopic } from './actor.ts'
import { chosen } from './random.ts'

/** Segments end after a few batches, or after a few hundred milliseconds. */
const small = { 'segment.ms': '400', 'segment.index.bytes': '100', 'index.interval.bytes': '0' }
const lasting = [
  { name: 'lasting', partitionCount: 2, configs: small },
  {
    name: 'packed',
    partitionCount: 1,
    configs: { 'compression.type': 'lz4', 'message.timestamp.type': 'LogAppendTime' },
  },
]
const passingNames = ['passing-0', 'passing-1', 'passing-2']
const MAX_PARTITION_COUNT = 3

export class Topics extends Actor {
  /** Topics that are there for all that is known, by name. */
  private readonly present = new Map<string, SimTopic>()
  /** Ids of topics whose removal was asked for. */
  private readonly going = new Set<string>()
  /** All ids that ever were. */
  private readonly ids = new Map<string, SimTopic>()
  /** Names of which a request without an answer, or with a storage error, leaves open what is there. */
  private readonly open = new Set<string>()
  private isStopping = false

  get all(): readonly SimTopic[] {
    return [...this.present.values()].filter(topic => !this.going.has(topic.id))
  }
  isGoing(topic: SimTopic): boolean {
    return this.going.has(topic.id)
  }
  stop(): void {
    this.isStopping = true
  }
  get isDone(): boolean {
    return this.waitingCount === 0
  }

  /** What the world begins with. */
  makeLasting(): void {
    for (const { name, partitionCount, configs } of lasting) this.create(name, partitionCount, configs)
  }

  /**
   * What the running broker has: must be what is known, where that is known. Where `isExact` is false a removal may have been
   * forgotten, and a creation too, but not what a topic was.
   */
  reconcile(image: readonly Topic[], isExact: boolean): void {
    const there = new Map(image.map(topic => [topic.name, topic]))
    for (const name of new Set([...there.keys(), ...this.present.keys()])) {
      const topic = there.get(name)
      const known = this.present.get(name)
      const isOpen = this.open.has(name) || !isExact
      if (!isOpen && topic?.id !== known?.id) throw new Error(`${name} is ${topic?.id}, and was ${known?.id}`)
      if (topic) this.adopt(topic)
      else this.forget(name)
    }
    this.open.clear()
  }

  protected act(): void {
    const { random } = this.setting
    if (this.isStopping || this.waitingCount > 0) return
    const name = chosen(random, passingNames)
    if (this.open.has(name)) return
    const topic = this.present.get(name)
    if (topic) this.remove(topic)
    else this.create(name, 1 + random.below(MAX_PARTITION_COUNT), random.below(2) === 0 ? small : {})
  }
  protected lost(): void {}

  private create(name: string, numPartitions: number, configs: Readonly<Record<string, string>>): void {
    const pairs = Object.entries(configs).map(([key, value]) => ({ name: key, value }))
    const topic = { name, numPartitions, replicationFactor: 1, assignments: [], configs: pairs }
    const isOpen = this.open.has(name)
    this.open.add(name)
    this.send(createTopics, 7, { topics: [topic], timeoutMs: 1000, validateOnly: false }, ({ topics }) => {
      const [created] = topics
      if (!created) throw new Error('no answer for a topic')
      expectCode(this.setting, `creating ${name}`, created.errorCode)
      if (created.errorCode !== ErrorCode.NONE) return
      if (this.ids.has(created.topicId)) throw new Error(`topic id ${created.topicId} was given twice`)
      if (!isOpen) this.open.delete(name)
      this.enter({ name, id: created.topicId, partitionCount: numPartitions, isLasting: !passingNames.includes(name) })
    })
  }

  private remove(topic: SimTopic): void {
    const { name, id } = topic
    const byId = this.setting.random.below(2) === 0
    const request = byId
      ? { topics: [{ name: null, topicId: id }], topicNames: [], timeoutMs: 1000 }
      : { topics: [], topicNames: [name], timeoutMs: 1000 }
    this.open.add(name)
    this.going.add(id)
    this.send(deleteTopics, byId ? 6 : 5, request, ({ responses }) => {
      const errorCode = responses[0]?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR
      expectCode(this.setting, `removing ${name}`, errorCode)
      if (errorCode !== ErrorCode.NONE) return
      this.open.delete(name)
      this.forget(name)
    })
  }

  private adopt({ name, id, partitions }: Topic): void {
    const known = this.ids.get(id)
    if (known && (known.name !== name || known.partitionCount !== partitions.length)) {
      throw new Error(`topic ${id} was ${known.partitionCount} partitions of ${known.name}`)
    }
    if (id === zeroUuid) throw new Error(`${name} has no id`)
    this.forget(name)
    this.going.delete(id)
    const isLasting = !passingNames.includes(name)
    this.enter(known ?? { name, id, partitionCount: partitions.length, isLasting })
  }
  private enter(topic: SimTopic): void {
    this.ids.set(topic.id, topic)
    this.present.set(topic.name, topic)
  }
  private forget(name: string): void {
    const topic = this.present.get(name)
    if (!topic) return
    this.present.delete(name)
    this.going.add(topic.id)
  }
}
