import { expect, test } from 'bun:test'
import { sweepDirectory } from '../../src/log/leftovers.ts'
import { patchOffsets } from '../../src/wire/records/batch.ts'
import { SimDisk } from '../sim/disk.ts'
import { batch, path } from './fixture.ts'

/** A disk with these files, empty if they are no logs; a log holds one batch of ten records at its base offset. */
function diskWith(...names: readonly string[]): SimDisk {
  const disk = new SimDisk()
  for (const name of names) {
    const bytes = batch({ timestamps: Array.from({ length: 10 }, () => 1) })
    patchOffsets(bytes, 0, Number(name.slice(0, 20)), 0)
    disk.writeFile(path(name), name.includes('.log') ? bytes : new Uint8Array())
  }
  return disk
}

const file = (offset: number, suffix: string): string => `${String(offset).padStart(20, '0')}.${suffix}`

test('what is in use stays, in order', () => {
  const logs = [file(20, 'log'), file(3, 'log'), file(100, 'log')]
  const others = [file(3, 'index'), file(20, 'txnindex'), file(7, 'snapshot')]
  const disk = diskWith(...logs, ...others, 'leader-epoch-checkpoint', 'partition.metadata')
  expect(sweepDirectory(disk, 't-0')).toEqual({
    segments: [3, 20, 100],
    offsetIndexes: [3],
    transactionIndexes: [20],
    snapshots: [7],
  })
  expect(disk.list('t-0')).toHaveLength(8)
})

test('deleted and unfinished files go, and indexes without a log', () => {
  const disk = diskWith(
    file(0, 'log'),
    file(0, 'log.cleaned'),
    file(5, 'log.deleted'),
    file(5, 'timeindex.deleted'),
    file(9, 'index'),
    file(9, 'txnindex'),
  )
  expect(sweepDirectory(disk, 't-0')).toEqual({
    segments: [0],
    offsetIndexes: [],
    transactionIndexes: [],
    snapshots: [],
  })
  expect(disk.list('t-0')).toEqual([file(0, 'log')])
})

test('a swap that was begun is finished: it takes the place of the segments in its range', () => {
  const disk = diskWith(file(0, 'log'), file(5, 'log'), file(5, 'index'), file(10, 'log'), file(0, 'log.swap'))
  expect(sweepDirectory(disk, 't-0').segments).toEqual([0, 10])
  expect([...disk.list('t-0')].sort()).toEqual([file(0, 'log'), file(10, 'log')])
})

test('a swap that depends on unfinished cleaning goes', () => {
  const disk = diskWith(file(0, 'log'), file(10, 'log'), file(10, 'log.swap'), file(5, 'log.cleaned'))
  expect(sweepDirectory(disk, 't-0').segments).toEqual([0, 10])
  expect(disk.list('t-0')).toHaveLength(2)
})
