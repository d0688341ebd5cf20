import { describe, expect, test } from 'bun:test'
import { LeaderEpochs } from '../../src/log/epochs.ts'
import { SimDisk } from '../sim/disk.ts'

const DIRECTORY = 't-0'

function epochs(...entries: readonly (readonly [epoch: number, startOffset: number])[]): LeaderEpochs {
  const made = LeaderEpochs.load(new SimDisk(), DIRECTORY)
  for (const [epoch, startOffset] of entries) made.assign(epoch, startOffset)
  return made
}

function fileOf(of: LeaderEpochs): string {
  const disk = new SimDisk()
  of.save(disk, DIRECTORY)
  return new TextDecoder().decode(disk.readFile(`${DIRECTORY}/leader-epoch-checkpoint`) ?? new Uint8Array())
}

describe('where an epoch ends', () => {
  const UNDEFINED = { leaderEpoch: -1, endOffset: -1 }

  // As Apache Kafka answers OffsetForLeaderEpoch on a partition of epoch 0 and log end 8.
  test.each([
    [0, { leaderEpoch: 0, endOffset: 8 }],
    [1, UNDEFINED],
    [5, UNDEFINED],
    [-2, { leaderEpoch: -2, endOffset: 0 }],
    [-1, UNDEFINED],
  ])('one epoch: %p', (epoch, expected) => {
    expect(epochs([0, 0]).endOffsetFor(epoch, 8)).toEqual(expected)
  })

  test.each([
    [1, { leaderEpoch: 1, endOffset: 0 }],
    [2, { leaderEpoch: 2, endOffset: 10 }],
    [3, { leaderEpoch: 2, endOffset: 10 }],
    [5, { leaderEpoch: 5, endOffset: 30 }],
    [9, { leaderEpoch: 9, endOffset: 77 }],
    [10, UNDEFINED],
  ])('three epochs with gaps: %p', (epoch, expected) => {
    expect(epochs([2, 0], [5, 10], [9, 30]).endOffsetFor(epoch, 77)).toEqual(expected)
  })

  test('no epoch at all', () => {
    expect(epochs().endOffsetFor(0, 5)).toEqual(UNDEFINED)
  })
})

describe('changes', () => {
  test('an epoch that wrote nothing gives way to the next', () => {
    expect(fileOf(epochs([0, 0], [1, 0], [2, 5], [3, 5]))).toBe('0\n2\n1 0\n3 5\n')
  })
  test('the same epoch again changes nothing', () => {
    expect(fileOf(epochs([0, 0], [0, 7]))).toBe('0\n1\n0 0\n')
  })
  test('truncation forgets what began at or after the end', () => {
    const cut = epochs([0, 0], [1, 5], [2, 9])
    cut.truncateFromEnd(9)
    expect(fileOf(cut)).toBe('0\n2\n0 0\n1 5\n')
  })
  test('truncation from the start moves the epoch that holds it', () => {
    const cut = epochs([0, 0], [1, 5], [2, 9])
    cut.truncateFromStart(7)
    expect(fileOf(cut)).toBe('0\n2\n1 7\n2 9\n')
    expect([cut.epochAt(6), cut.epochAt(7), cut.epochAt(100)]).toEqual([-1, 1, 2])
  })
})

describe('the file', () => {
  test('is read back', () => {
    const disk = new SimDisk()
    epochs([0, 0], [3, 12]).save(disk, DIRECTORY)
    expect(LeaderEpochs.load(disk, DIRECTORY).latest).toEqual({ epoch: 3, startOffset: 12 })
  })
  test('is written only when something has changed', () => {
    const disk = new SimDisk()
    const of = epochs([0, 0])
    of.save(disk, DIRECTORY)
    of.save(disk, DIRECTORY)
    expect(disk.calls.filter(call => call.operation === 'writeFile')).toHaveLength(1)
  })
  test.each(['', '1\n1\n0 0\n', '0\n2\n0 0\n', '0\n1\n0 x\n', '0\n2\n3 0\n3 5\n', '0\n2\n3 9\n4 5\n'])(
    'damaged, it counts as empty: %j',
    text => {
      const disk = new SimDisk()
      disk.writeFile(`${DIRECTORY}/leader-epoch-checkpoint`, new TextEncoder().encode(text))
      expect(LeaderEpochs.load(disk, DIRECTORY).latest).toBeNull()
    },
  )
})
