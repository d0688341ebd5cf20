import { describe, expect, test } from 'bun:test'
import { bootstrapRecords, METADATA_DIRECTORY, openDirectory } from '../../src/broker/format.ts'
import { BrokerConfigs } from '../../src/core/configs/broker-configs.ts'
import { MalformedError } from '../../src/wire/errors.ts'
import { SimDisk } from '../sim/disk.ts'
import { SeededRandom } from '../sim/random.ts'

const configs = new BrokerConfigs()
const open = (disk: SimDisk, seed = 1) => openDirectory(disk, configs, new SeededRandom(seed), 1000)
const bytesOf = (text: string) => new TextEncoder().encode(text)

describe('a data directory', () => {
  test('is made once, and then the broker’s for good', () => {
    const disk = new SimDisk()
    const identity = open(disk)
    expect(identity).toMatchObject({ nodeId: 1, clusterId: expect.stringMatching(/^[\w-]{22}$/) })
    expect(identity.directoryId).not.toBe(identity.clusterId)
    expect(disk.list(METADATA_DIRECTORY)).toEqual(['00000000000000000000-0000000000.checkpoint'])
    expect(open(disk, 2)).toEqual(identity)
  })

  test('may be Kafka’s', () => {
    const disk = new SimDisk()
    const lines = [
      '#',
      '#Sun Nov 22 14:40:30 UTC 2026',
      'node.id=1',
      'directory.id=k3_f8agQSxvmZUuYEW959Q',
      'version=1',
    ]
    disk.writeFile('meta.properties', bytesOf([...lines, 'cluster.id=4L6g3nShT-eMCtK--X86sw', ''].join('\n')))
    expect(open(disk) as object).toEqual({
      nodeId: 1,
      clusterId: '4L6g3nShT-eMCtK--X86sw',
      directoryId: 'k3_f8agQSxvmZUuYEW959Q',
    })
  })

  test.each([
    'version=1\nnode.id=2\ncluster.id=c\ndirectory.id=k3_f8agQSxvmZUuYEW959Q\n',
    'version=0\nnode.id=1\ncluster.id=c\ndirectory.id=k3_f8agQSxvmZUuYEW959Q\n',
    'version=1\ncluster.id=c\ndirectory.id=k3_f8agQSxvmZUuYEW959Q\n',
    'version=1\nnode.id=1\ncluster.id=c\ndirectory.id=nonsense\n',
    '',
  ])('is refused where meta.properties says %p', text => {
    const disk = new SimDisk()
    disk.writeFile('meta.properties', bytesOf(text))
    expect(() => open(disk)).toThrow(MalformedError)
  })

  test('is refused where there are partitions of nobody', () => {
    const disk = new SimDisk()
    disk.makeDirectory('photos-2')
    expect(() => open(disk)).toThrow(/photos-2/)
    expect(disk.size('meta.properties')).toBeNull()
  })

  test('begins with the features of a new cluster of Kafka 4.3, metadata.version first', () => {
    const features = bootstrapRecords().flatMap(({ type, value }) =>
      type === 'featureLevelRecord' ? `${value.name}=${value.featureLevel}` : [],
    )
    expect(features).toEqual([
      'metadata.version=30',
      'eligible.leader.replicas.version=1',
      'group.version=1',
      'share.version=1',
      'streams.version=1',
      'transaction.version=2',
    ])
  })
})
