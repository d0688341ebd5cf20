import { describe, expect, test } from 'bun:test'
import { Broker } from '../../src/broker/broker.ts'
import { BrokerConfigs } from '../../src/core/configs/broker-configs.ts'
import { JournalError } from '../../src/core/machine.ts'
import { topicsOf } from '../../src/host/cli/topic-wishes.ts'
import { SystemClock } from '../../src/host/clock.ts'
import { UsageError } from '../../src/host/config.ts'
import { makeTopics } from '../../src/host/first-topics.ts'
import { SimDisk } from '../sim/disk.ts'
import { SeededRandom } from '../sim/random.ts'

function openBroker(disk = new SimDisk(new SeededRandom(1))) {
  const configs = new BrokerConfigs()
  const clock = new SystemClock()
  const broker = new Broker({
    disk,
    clock,
    random: new SeededRandom(2),
    configs,
    log: { warn() {}, warnSparingly() {} },
  })
  return { disk, catalog: broker.catalog }
}

const wishes = (text: string) => topicsOf(text, '--topic')

describe('topics before the first client', () => {
  test('are made with partitions and configs, and found again', () => {
    const { catalog } = openBroker()
    makeTopics(catalog, wishes('orders:3:retention.ms=1000:cleanup.policy=compact,delete plain:1'), 0)
    const orders = catalog.topicByName('orders')
    expect(orders?.partitions).toHaveLength(3)
    expect(orders?.configs).toEqual(
      new Map([
        ['retention.ms', '1000'],
        ['cleanup.policy', 'compact,delete'],
      ]),
    )
    const plain = catalog.topicByName('plain')
    makeTopics(catalog, wishes('orders:3 more:2 plain:1'), 0)
    expect(catalog.topicByName('plain')).toBe(plain)
    expect(catalog.topicByName('orders')?.configs.get('retention.ms')).toBe('1000')
    expect(catalog.topicByName('more')?.partitions).toHaveLength(2)
  })

  test.each([
    ['one:1', '--topic one:1: the topic is there, with 2 partitions'],
    ['two:2', '--topic two:2: the topic is there, with 1 partition'],
    ['new:1:retention.ms=x', /^--topic new: .*retention\.ms/],
    ['new:1:retention.mss=1', /^--topic new: .*retention\.mss/],
    ['ne@w:1', /^--topic ne@w: /],
    ['__cluster_metadata:1', /^--topic __cluster_metadata: /],
  ])('%s is refused', (wish, message) => {
    const { catalog } = openBroker()
    makeTopics(catalog, wishes('one:2 two:1'), 0)
    expect(() => makeTopics(catalog, wishes(wish), 0)).toThrow(UsageError)
    expect(() => makeTopics(catalog, wishes(wish), 0)).toThrow(message)
  })

  test('one that is refused keeps the others from being made', () => {
    const { catalog } = openBroker()
    makeTopics(catalog, wishes('a.b:1'), 0)
    expect(() => makeTopics(catalog, wishes('ok:9999 a_b:1'), 0)).toThrow(UsageError)
    expect(catalog.topicByName('ok')).toBeNull()
  })

  test('are as many as there are wishes, in as many requests as that takes', () => {
    const { catalog } = openBroker()
    makeTopics(catalog, wishes(Array.from({ length: 1000 }, (_, index) => `t${index}:10`).join(' ')), 0)
    makeTopics(catalog, wishes('full:9996:min.insync.replicas=1:retention.ms=5 t0:10 other:9999'), 0)
    const counts = ['t0', 't999', 'full', 'other'].map(name => catalog.topicByName(name)?.partitions.length)
    expect(counts).toEqual([10, 10, 9996, 9999])
  })

  test('a disk that takes nothing says so', () => {
    const { disk, catalog } = openBroker()
    disk.fault = operation => (operation === 'write' ? 'ENOSPC' : null)
    expect(() => makeTopics(catalog, wishes('orders:1'), 0)).toThrow(JournalError)
  })
})
