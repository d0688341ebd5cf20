/**
 * Incremental fetch sessions (KIP-227; FetchSession.scala): the broker remembers which partitions a client fetches, and
 * answers with those alone that have something new. Volatile: Kafka too forgets them when it restarts.
 * @module
 */
import type { Uuid } from '../base/uuid.ts'
import { ErrorCode } from '../wire/errors.ts'
import type { Millis } from './machine.ts'

/** One partition that a fetch asks for. Topics go by id from Fetch v13 on, and by name before. */
export interface FetchPartition {
  readonly topicId: Uuid
  readonly topic: string
  readonly partition: number
  readonly currentLeaderEpoch: number
  readonly fetchOffset: number
  readonly lastFetchedEpoch: number
  readonly partitionMaxBytes: number
}

/** What a session needs to know of a partition's answer. */
export interface FetchedPartition {
  readonly errorCode: number
  readonly highWatermark: number
  readonly logStartOffset: number
  /** Whether there are records, or a diverging epoch, that the client has to see. */
  readonly hasNews: boolean
}

/** The part of a fetch request that concerns its session. */
export interface FetchSessionRequest {
  readonly sessionId: number
  readonly sessionEpoch: number
  readonly partitions: readonly FetchPartition[]
  readonly forgotten: readonly { readonly topicId: Uuid; readonly topic: string; readonly partition: number }[]
  readonly usesTopicIds: boolean
}

/** One fetch within its session, or without one. */
export interface FetchContext {
  /** Not NONE where the session does not exist or is not at this epoch; then nothing else counts. */
  readonly errorCode: number
  readonly sessionId: number
  readonly partitions: readonly FetchPartition[]
  /** Which of the partitions the answer has to name, given what was read for each. Called once, with the last reading. */
  select(fetched: readonly FetchedPartition[]): readonly boolean[]
}

interface CachedPartition {
  request: FetchPartition
  highWatermark: number
  logStartOffset: number
}

interface FetchSession {
  readonly id: number
  readonly usesTopicIds: boolean
  readonly partitions: Map<string, CachedPartition>
  epoch: number
  lastUsedMs: Millis
}

const NO_SESSION = 0
const INITIAL_EPOCH = 0
const FINAL_EPOCH = -1
const MAX_EPOCH = 0x7fff_ffff
/** A session that was used within this time is not evicted for a new one (FetchSessionCache.evictionMs). */
const EVICTION_MS = 120_000

export class FetchSessions {
  /** The least recently used first. */
  private readonly sessions = new Map<number, FetchSession>()
  /** The most recently used. A map that changes with every fetch would leave a table behind each time. */
  private latest: FetchSession | null = null

  constructor(
    private readonly maxCount: number,
    private readonly random: { below(n: number): number },
  ) {}

  get count(): number {
    return this.sessions.size
  }

  /** Finds, makes, changes or ends the session that `request` speaks of (FetchManager.newContext). */
  open(request: FetchSessionRequest, now: Millis): FetchContext {
    const { sessionId, sessionEpoch } = request
    if (sessionEpoch === INITIAL_EPOCH || sessionEpoch === FINAL_EPOCH) {
      this.sessions.delete(sessionId)
      const partitions = once(request.partitions, request.usesTopicIds)
      const isBegun = sessionEpoch === INITIAL_EPOCH && this.hasRoom(now)
      return isBegun ? this.begin(partitions, request.usesTopicIds, now) : withoutSession(partitions)
    }
    const session = this.sessions.get(sessionId)
    if (!session) return refused(ErrorCode.FETCH_SESSION_ID_NOT_FOUND)
    if (session.epoch !== sessionEpoch) return refused(ErrorCode.INVALID_FETCH_SESSION_EPOCH)
    if (session.usesTopicIds !== request.usesTopicIds) return refused(ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR)
    update(session, request)
    this.touch(session, now)
    if (session.partitions.size === 0) {
      this.sessions.delete(sessionId)
      return withoutSession([])
    }
    session.epoch = nextEpoch(session.epoch)
    return incremental(session)
  }

  private begin(partitions: readonly FetchPartition[], usesTopicIds: boolean, now: Millis): FetchContext {
    const session: FetchSession = { id: this.freeId(), usesTopicIds, partitions: new Map(), epoch: 1, lastUsedMs: now }
    for (const partition of partitions) session.partitions.set(keyOf(partition, usesTopicIds), cached(partition))
    this.add(session)
    return {
      errorCode: ErrorCode.NONE,
      sessionId: session.id,
      partitions,
      select: fetched => {
        const all = [...session.partitions.values()]
        for (const [index, answer] of fetched.entries()) if (all[index]) remember(all[index], answer)
        return fetched.map(() => true)
      },
    }
  }

  private hasRoom(now: Millis): boolean {
    if (this.sessions.size < this.maxCount) return true
    const [oldest] = this.sessions.values()
    if (!oldest || now - oldest.lastUsedMs <= EVICTION_MS) return false
    return this.sessions.delete(oldest.id)
  }

  private touch(session: FetchSession, now: Millis): void {
    session.lastUsedMs = now
    if (session === this.latest) return
    this.sessions.delete(session.id)
    this.add(session)
  }

  private add(session: FetchSession): void {
    this.sessions.set(session.id, session)
    this.latest = session
  }

  private freeId(): number {
    for (;;) {
      const id = this.random.below(MAX_EPOCH - 1) + 1
      if (!this.sessions.has(id)) return id
    }
  }
}

/** A partition that is named twice is asked for once, where it was named first and as it was named last. */
function once(partitions: readonly FetchPartition[], usesTopicIds: boolean): readonly FetchPartition[] {
  if (partitions.length <= 1) return partitions
  const byKey = new Map(partitions.map(partition => [keyOf(partition, usesTopicIds), partition]))
  return byKey.size === partitions.length ? partitions : [...byKey.values()]
}

function withoutSession(partitions: readonly FetchPartition[]): FetchContext {
  return {
    errorCode: ErrorCode.NONE,
    sessionId: NO_SESSION,
    partitions,
    select: fetched => fetched.map(() => true),
  }
}

function refused(errorCode: number): FetchContext {
  return { errorCode, sessionId: NO_SESSION, partitions: [], select: () => [] }
}

function incremental(session: FetchSession): FetchContext {
  const entries = [...session.partitions]
  return {
    errorCode: ErrorCode.NONE,
    sessionId: session.id,
    partitions: entries.map(([, cached]) => cached.request),
    select: fetched =>
      entries.map(([key, cached], index) => {
        const answer = fetched[index]
        if (!answer || !isNews(cached, answer)) return false
        remember(cached, answer)
        // Those with records go to the end, so that in the next fetch the others come first.
        if (answer.hasNews && entries.length > 1 && session.partitions.delete(key)) session.partitions.set(key, cached)
        return true
      }),
  }
}

function update(session: FetchSession, request: FetchSessionRequest): void {
  for (const partition of request.partitions) {
    const key = keyOf(partition, session.usesTopicIds)
    const known = session.partitions.get(key)
    if (known) known.request = partition
    else session.partitions.set(key, cached(partition))
  }
  for (const partition of request.forgotten) session.partitions.delete(keyOf(partition, session.usesTopicIds))
}

/** CachedPartition.maybeUpdateResponseData. */
function isNews(cached: CachedPartition, answer: FetchedPartition): boolean {
  return (
    answer.hasNews ||
    answer.errorCode !== ErrorCode.NONE ||
    answer.highWatermark !== cached.highWatermark ||
    answer.logStartOffset !== cached.logStartOffset
  )
}

function remember(cached: CachedPartition, answer: FetchedPartition): void {
  // After an error the next answer is news again, whatever it is.
  cached.highWatermark = answer.errorCode === ErrorCode.NONE ? answer.highWatermark : -1
  cached.logStartOffset = answer.logStartOffset
}

function cached(request: FetchPartition): CachedPartition {
  return { request, highWatermark: -1, logStartOffset: -1 }
}

function keyOf(of: { topicId: Uuid; topic: string; partition: number }, usesTopicIds: boolean): string {
  return `${usesTopicIds ? of.topicId : of.topic}:${of.partition}`
}

function nextEpoch(epoch: number): number {
  return epoch === MAX_EPOCH ? 1 : epoch + 1
}
