import { describe, expect, test } from 'bun:test'
import {
  type CleaningPlan,
  groupSegments,
  planCleaning,
  type SegmentFacts,
  segmentsIn,
} from '../../src/log/compaction-plan.ts'
import { defaultLogConfig, type LogConfig } from '../../src/log/log-config.ts'

const NOW_MS = 1_000_000

interface Shape {
  readonly from?: number | null
  readonly config?: Partial<LogConfig>
  readonly logStartOffset?: number
  readonly lastStableOffset?: number
  readonly recoveryPoint?: number
}

/** A log with a segment of 100 bytes for each timestamp but the last, which is that of the active one; ten offsets each. */
function plan(timestamps: readonly number[], { from = 0, config = {}, ...log }: Shape = {}): CleaningPlan {
  const segments: SegmentFacts[] = timestamps.map((maxTimestamp, index) => ({
    baseOffset: index * 10,
    sizeBytes: 100,
    maxTimestamp,
    firstTimestamp: maxTimestamp - 5,
  }))
  const logEndOffset = timestamps.length * 10
  const ends = { lastStableOffset: logEndOffset, recoveryPoint: logEndOffset, logEndOffset }
  const facts = { logStartOffset: 0, ...ends, ...log }
  return planCleaning(segments, facts, from, { ...defaultLogConfig, cleanupPolicy: ['compact'], ...config }, NOW_MS)
}

const old = [1, 1, 1, 1, 1]

describe('the dirty section', () => {
  test('begins where the last round ended, and ends before the active segment', () => {
    expect(plan(old, { from: 20 })).toMatchObject({ firstDirtyOffset: 20, firstUncleanableOffset: 40 })
  })
  test('begins at the log start where no round has been, or its end lies outside the log', () => {
    expect(plan(old, { from: null, logStartOffset: 7 }).firstDirtyOffset).toBe(7)
    expect(plan(old, { from: 6, logStartOffset: 7 }).firstDirtyOffset).toBe(7)
    expect(plan(old, { from: 51 }).firstDirtyOffset).toBe(0)
    expect(plan(old, { from: 50 }).firstDirtyOffset).toBe(50)
  })
  test('ends before the segment with the last stable offset', () => {
    expect(plan(old, { lastStableOffset: 35 }).firstUncleanableOffset).toBe(30)
    expect(plan(old, { lastStableOffset: 30 }).firstUncleanableOffset).toBe(30)
  })
  test('ends before what may yet be lost', () => {
    expect(plan(old, { recoveryPoint: 20 }).firstUncleanableOffset).toBe(20)
  })
  test('ends before the first segment with a record that is younger than min.compaction.lag.ms', () => {
    const config = { minCompactionLagMs: 1000 }
    expect(plan([1, 1, NOW_MS - 999, 1, 1], { config }).firstUncleanableOffset).toBe(20)
    expect(plan([1, 1, NOW_MS - 1000, 1, 1], { config }).firstUncleanableOffset).toBe(40)
    expect(plan([1, 1, NOW_MS + 5, 1, 1]).firstUncleanableOffset).toBe(40)
  })
})

describe('a round is due', () => {
  test('when more than min.cleanable.dirty.ratio of what it reads is new', () => {
    expect([10, 20, 30, 40].map(from => plan(old, { from }).isDue)).toEqual([true, false, false, false])
    const config = { minCleanableDirtyRatio: 0.25 }
    expect([20, 30, 40].map(from => plan(old, { from, config }).isDue)).toEqual([true, false, false])
    expect(plan(old, { from: 40, config: { minCleanableDirtyRatio: 0 } }).isDue).toBe(false)
  })
  test('not when there is only the active segment, or nothing', () => {
    expect([plan([1]).isDue, plan([]).isDue]).toEqual([false, false])
  })
  test('when a record has waited longer than max.compaction.lag.ms', () => {
    const config = { minCleanableDirtyRatio: 1, maxCompactionLagMs: 1000 }
    expect(plan([1, NOW_MS - 996, 1, 1], { config }).isDue).toBe(true)
    const waiting = [NOW_MS - 995, NOW_MS - 10, NOW_MS, 1]
    expect(plan(waiting, { config }).isDue).toBe(false)
    expect(plan([NOW_MS - 996, ...waiting], { config }).isDue).toBe(true)
    expect(plan([NOW_MS - 996, ...waiting], { config, from: 10 }).isDue).toBe(false)
    expect(plan([NOW_MS - 996, 1], { config: { ...config, minCompactionLagMs: 998 } }).isDue).toBe(false)
  })
})

describe('it may be due by time alone', () => {
  test('when the youngest record has its age', () => {
    const config = { minCompactionLagMs: 1000 }
    expect(plan([1, NOW_MS - 600, 1], { config }).againAtMs).toBe(NOW_MS + 400)
  })
  test('when the oldest must not wait any longer', () => {
    const config = { minCleanableDirtyRatio: 1, maxCompactionLagMs: 1000 }
    expect(plan([NOW_MS - 500, NOW_MS - 900, 1], { config }).againAtMs).toBe(NOW_MS + 96)
  })
  test('or never', () => {
    expect([plan(old, { from: 40 }).againAtMs, plan(old, { from: 30 }).againAtMs]).toEqual([null, null])
    expect(plan([-1, -1], { config: { minCleanableDirtyRatio: 1, maxCompactionLagMs: 1000 } }).againAtMs).toBeNull()
  })
})

test('the segments of a range of offsets are those that hold them', () => {
  const segments = [5, 10, 20, 30].map(baseOffset => ({ baseOffset }))
  const bases = (from: number, to: number) => segmentsIn(segments, from, to).map(of => of.baseOffset)
  expect([bases(0, 20), bases(10, 20), bases(19, 21), bases(12, 12), bases(40, 50)]).toEqual([
    [5, 10],
    [10],
    [10, 20],
    [],
    [30],
  ])
})

describe('segments become one', () => {
  const config = { ...defaultLogConfig, segmentBytes: 100, segmentIndexBytes: 80 }
  type Row = readonly [baseOffset: number, sizeBytes: number, offsetIndexBytes?: number, timeIndexBytes?: number]
  const groups = (rows: readonly Row[], end = 1000) =>
    groupSegments(
      rows.map(([baseOffset, sizeBytes, offsetIndexBytes = 8, timeIndexBytes = 12]) => ({
        ...{ baseOffset, sizeBytes, offsetIndexBytes, timeIndexBytes },
      })),
      config,
      end,
    ).map(group => group.map(of => of.baseOffset))

  test('as long as they fit into segment.bytes', () => {
    expect(
      groups([
        [0, 50],
        [10, 50],
        [20, 1],
        [30, 99],
        [40, 100],
        [50, 200],
        [60, 1],
      ]),
    ).toEqual([[0, 10], [20, 30], [40], [50], [60]])
  })
  test('as long as both indexes fit', () => {
    expect(
      groups([
        [0, 1, 40, 12],
        [10, 1, 40, 12],
        [20, 1, 8, 72],
        [30, 1, 8, 12],
      ]),
    ).toEqual([[0, 10], [20], [30]])
  })
  test('as long as their offsets are near enough, empty ones apart', () => {
    const far = 2 ** 31
    expect(
      groups(
        [
          [0, 10],
          [10, 10],
          [far, 10],
        ],
        far + 5,
      ),
    ).toEqual([[0, 10], [far]])
    expect(
      groups(
        [
          [0, 10],
          [10, 10],
        ],
        far + 5,
      ),
    ).toEqual([[0], [10]])
    expect(
      groups(
        [
          [0, 10],
          [10, 0],
        ],
        far + 5,
      ),
    ).toEqual([[0, 10]])
  })
  test('none, when there are none', () => {
    expect(groups([])).toEqual([])
  })
})
