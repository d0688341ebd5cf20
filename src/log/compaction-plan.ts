/** What there is to clean in a log, and when (LogCleanerManager, LogToClean, Cleaner.groupSegmentsBySize). @module */

import { isRelative } from './index.ts'
import type { LogConfig } from './log-config.ts'

/** What has to be known of a segment. */
export interface SegmentFacts {
  readonly baseOffset: number
  readonly sizeBytes: number
  readonly maxTimestamp: number
  /** The max timestamp of the first batch, -1 if it has none. */
  readonly firstTimestamp: number
}

/** What has to be known of a log. */
export interface LogFacts {
  readonly logStartOffset: number
  readonly lastStableOffset: number
  /** What lies before has reached the medium: nothing goes for the sake of a record that may yet be lost. */
  readonly recoveryPoint: number
  readonly logEndOffset: number
}

/** Where a round of cleaning begins and ends, and when. */
export interface CleaningPlan {
  /** Everything before is clean: no key twice. */
  readonly firstDirtyOffset: number
  /** Where the round has to end: a segment begins there. */
  readonly firstUncleanableOffset: number
  /** Whether a round is worth it, or must be. */
  readonly isDue: boolean
  /** When, if nothing is written, it may be due; null for never. */
  readonly againAtMs: number | null
}

/**
 * The plan for a log of which `cleanedOffset` is known to be where the last round ended, null if there was none.
 * `segments` are all, the active one too, which is never cleaned.
 */
export function planCleaning(
  segments: readonly SegmentFacts[],
  log: LogFacts,
  cleanedOffset: number | null,
  config: LogConfig,
  nowMs: number,
): CleaningPlan {
  const firstDirtyOffset = firstDirtyOf(log, cleanedOffset)
  const activeBase = segments.at(-1)?.baseOffset ?? 0
  const dirty = firstDirtyOffset > activeBase ? [] : segmentsIn(segments, firstDirtyOffset, activeBase)
  const tooYoung = dirty.find(
    of => config.minCompactionLagMs > 0 && of.maxTimestamp > nowMs - config.minCompactionLagMs,
  )
  const bound = Math.min(log.lastStableOffset, log.recoveryPoint, activeBase, tooYoung?.baseOffset ?? Infinity)
  const firstUncleanableOffset = segmentStart(segments, Math.max(firstDirtyOffset, bound))
  const cleanBytes = bytesOf(segments.filter(({ baseOffset }) => baseOffset < firstDirtyOffset))
  const cleanableBytes = bytesOf(segmentsIn(segments, firstDirtyOffset, firstUncleanableOffset))
  const isMuch = cleanableBytes / (cleanBytes + cleanableBytes) > config.minCleanableDirtyRatio
  const mustAtMs = latestStart(dirty, config)
  return {
    firstDirtyOffset,
    firstUncleanableOffset,
    isDue: isMuch || (mustAtMs < nowMs && cleanableBytes > 0),
    againAtMs: earliestAfter(nowMs, (tooYoung?.maxTimestamp ?? Infinity) + config.minCompactionLagMs, mustAtMs + 1),
  }
}

/** A checkpoint that lies outside the log says nothing (LogCleanerManager.cleanableOffsets). */
function firstDirtyOf({ logStartOffset, logEndOffset }: LogFacts, cleanedOffset: number | null): number {
  const isInside = cleanedOffset !== null && cleanedOffset >= logStartOffset && cleanedOffset <= logEndOffset
  return isInside ? cleanedOffset : logStartOffset
}

/** The time after which the oldest dirty record must not wait any longer (LogCleanerManager.maxCompactionDelay). */
function latestStart(dirty: readonly SegmentFacts[], { maxCompactionLagMs }: LogConfig): number {
  if (maxCompactionLagMs >= NEVER_MS) return Infinity
  const timestamps = dirty.map(of => of.firstTimestamp).filter(timestamp => timestamp > 0)
  return Math.min(...timestamps) + maxCompactionLagMs
}

/** Long.MAX, the default of max.compaction.lag.ms, and what is as good. */
const NEVER_MS = 2 ** 53

function earliestAfter(nowMs: number, ...times: readonly number[]): number | null {
  const ahead = times.filter(time => time > nowMs && time < Infinity)
  return ahead.length === 0 ? null : Math.min(...ahead)
}

/** The segments that hold the offsets from `from` on and begin before `to`. */
export function segmentsIn<T extends { readonly baseOffset: number }>(
  segments: readonly T[],
  from: number,
  to: number,
): readonly T[] {
  const start = segments.findLastIndex(({ baseOffset }) => baseOffset <= from)
  return from >= to ? [] : segments.slice(Math.max(start, 0)).filter(({ baseOffset }) => baseOffset < to)
}

/** Where the segment begins that holds `offset`. */
function segmentStart(segments: readonly SegmentFacts[], offset: number): number {
  return segments.findLast(({ baseOffset }) => baseOffset <= offset)?.baseOffset ?? offset
}

function bytesOf(segments: readonly SegmentFacts[]): number {
  let sum = 0
  for (const { sizeBytes } of segments) sum += sizeBytes
  return sum
}

/** What has to be known of a segment that may become part of a larger one. */
export interface SegmentSizes {
  readonly baseOffset: number
  readonly sizeBytes: number
  readonly offsetIndexBytes: number
  readonly timeIndexBytes: number
}

/**
 * Segments that lie side by side, in groups of which each fits into one segment: so logs do not end up as many small ones.
 * `endOffset` is where the last of them ends at most.
 */
export function groupSegments<T extends SegmentSizes>(
  segments: readonly T[],
  { segmentBytes, segmentIndexBytes }: LogConfig,
  endOffset: number,
): T[][] {
  const groups: T[][] = []
  let sizes = { log: 0, offsets: 0, times: 0 }
  segments.forEach((segment, index) => {
    const group = groups.at(-1)
    const first = group?.[0]
    const sum = {
      log: sizes.log + segment.sizeBytes,
      offsets: sizes.offsets + segment.offsetIndexBytes,
      times: sizes.times + segment.timeIndexBytes,
    }
    const fits = sum.log <= segmentBytes && sum.offsets <= segmentIndexBytes && sum.times <= segmentIndexBytes
    const lastOffset = (segments[index + 1]?.baseOffset ?? endOffset) - 1
    if (first && fits && (segment.sizeBytes === 0 || isRelative(lastOffset, first.baseOffset))) {
      group?.push(segment)
      sizes = sum
    } else {
      groups.push([segment])
      sizes = { log: segment.sizeBytes, offsets: segment.offsetIndexBytes, times: segment.timeIndexBytes }
    }
  })
  return groups
}
