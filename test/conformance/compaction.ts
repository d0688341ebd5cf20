/**
 * Logs that are cleaned by us and, each a copy, by Kafka's own cleaner: byte for byte the same files.
 * @module
 */
import { deepEqual } from 'node:assert/strict'
import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Uuid } from '../../src/base/uuid.ts'
import { FileDisk } from '../../src/host/file-disk.ts'
import { defaultLogConfig, type LogConfig } from '../../src/log/log-config.ts'
import { OffsetMap } from '../../src/log/offset-map.ts'
import { PartitionLog } from '../../src/log/partition.ts'
import { type BatchOptions, encodeBatch } from '../../src/wire/records/batch-encoder.ts'
import { encodeMarker } from '../../src/wire/records/end-transaction.ts'
import { temporaryDirectory } from '../host/directory.ts'
import { seed } from '../seed.ts'
import { SeededRandom } from '../sim/random.ts'
import { javaProgram, kafkaTool } from './commands.ts'
import type { Report } from './report.ts'

const START_MS = 1_700_000_000_000
const DAY_MS = 24 * 60 * 60 * 1000
const KEYS = 40
const BATCHES = 400
const MAP_BYTES = 1 << 24
/** Producers that write in transactions, and nothing else. */
const TRANSACTIONAL = 2
const FIRST_TRANSACTIONAL = 200
const config: LogConfig = {
  ...defaultLogConfig,
  cleanupPolicy: ['compact'],
  segmentBytes: 8000,
  indexIntervalBytes: 300,
  minCleanableDirtyRatio: 0,
}
const javaConfigs = ['internal.segment.bytes=8000', 'index.interval.bytes=300']
/** Two days: tombstones and markers get their last day in the first round, and go in the last. */
const ROUNDS_MS = [START_MS + DAY_MS / 2, START_MS + DAY_MS, START_MS + 2 * DAY_MS]

/** Fills a log, and has it cleaned by both, several times, more being written in between. */
export async function checkCompaction(report: Report): Promise<void> {
  using directory = temporaryDirectory()
  const [ours, theirs] = [join(directory.path, 'ours'), join(directory.path, 'theirs')]
  const random = new SeededRandom(seed)
  const state = { sequences: new Map<number, number>() }
  let cleanedOffset = 0
  for (const [round, nowMs] of ROUNDS_MS.entries()) {
    const name = `compaction: round ${round + 1} leaves what Kafka's cleaner leaves (SEED=${seed})`
    const done = await report.check(name, async () => {
      write(ours, random, state, nowMs)
      rmSync(theirs, { recursive: true, force: true })
      cpSync(ours, theirs, { recursive: true })
      const end = await clean(ours, cleanedOffset, nowMs)
      const path = join(theirs, 't-0')
      const text = await javaProgram('Compaction.java', path, String(cleanedOffset), String(nowMs), ...javaConfigs)
      deepEqual({ end, files: segmentsOf(ours) }, { end: Number(text.trim()), files: segmentsOf(theirs) })
      cleanedOffset = end
    })
    if (done === null && report.failed > 0) return
  }
  await report.check("compaction: Kafka's tool reads the cleaned log", async () => {
    const logs = readdirSync(join(ours, 't-0')).filter(file => /\.(log|index|timeindex|txnindex)$/.test(file))
    const paths = logs.map(file => join(ours, 't-0', file)).join(',')
    const text = await kafkaTool(
      'org.apache.kafka.tools.DumpLogSegments',
      '--deep-iteration',
      '--print-data-log',
      '--files',
      paths,
    )
    deepEqual(
      text.split('\n').filter(line => /isvalid: false|mismatch|non-consecutive|exception|invalid/i.test(line)),
      [],
    )
  })
}

function open(root: string, nowMs: number, recoveryPoint = 0): PartitionLog {
  return PartitionLog.open(new FileDisk(root), 't-0', {
    topic: 't',
    partition: 0,
    topicId: 'Kfj7w9vRQ_mQyjUxsGqXwA' as Uuid,
    config,
    leaderEpoch: 0,
    nowMs,
    isCleanStart: true,
    recoveryPoint,
  })
}

/** Batches of all kinds that a compacted topic can hold; compressed ones would differ by the compressor. */
function write(
  root: string,
  random: SeededRandom,
  { sequences }: { sequences: Map<number, number> },
  nowMs: number,
): void {
  const log = open(root, nowMs)
  for (let count = 0; count < BATCHES; count++) {
    const kind = random.below(10)
    const producerId = kind < 5 ? -1 : 100 + random.below(4)
    if (kind === 9) log.append(marker(random, random.below(TRANSACTIONAL), nowMs), nowMs)
    else log.append(batch(random, producerId, kind === 8, sequences, nowMs), nowMs)
  }
  for (let index = 0; index < TRANSACTIONAL; index++) log.append(marker(random, index, nowMs), nowMs)
  log.close()
}

function batch(
  random: SeededRandom,
  producerId: number,
  isTransactional: boolean,
  sequences: Map<number, number>,
  nowMs: number,
): Uint8Array {
  const id = isTransactional ? FIRST_TRANSACTIONAL + random.below(TRANSACTIONAL) : producerId
  const recordCount = 1 + random.below(8)
  const baseSequence = sequences.get(id) ?? 0
  if (id >= 0) sequences.set(id, baseSequence + recordCount)
  const options: BatchOptions = {
    ...(id < 0 ? {} : { producerId: id, producerEpoch: 0, baseSequence }),
    isTransactional,
    ...(random.below(5) === 0 ? { timestampType: 'LogAppendTime', maxTimestamp: nowMs } : {}),
  }
  const records = Array.from({ length: recordCount }, (_, offset) => ({
    offset,
    timestamp: nowMs - random.below(1000),
    key: random.below(30) === 0 ? null : Buffer.from(`key ${random.below(KEYS)}`),
    value: random.below(6) === 0 ? null : Buffer.from('v'.repeat(random.below(60))),
    headers: random.below(4) === 0 ? [{ key: 'h', value: Buffer.from('w') }] : [],
  }))
  return encodeBatch(options, records)
}

function marker(random: SeededRandom, index: number, nowMs: number): Uint8Array {
  const producerId = FIRST_TRANSACTIONAL + index
  return encodeMarker({ producerId, producerEpoch: 0, coordinatorEpoch: 5, isCommit: random.below(2) === 0 }, nowMs)
}

/** Returns the offset up to which the log is clean. */
async function clean(root: string, cleanedOffset: number, nowMs: number): Promise<number> {
  const log = open(root, nowMs, Number.POSITIVE_INFINITY)
  const plan = log.planCleaning(cleanedOffset, nowMs)
  const compaction = log.compact({ plan, offsets: new OffsetMap(MAP_BYTES, seed), nowMs, wake: () => {} })
  for (;;) {
    const { done, value } = compaction.next()
    if (value === 'waits') await Bun.sleep(1)
    if (!done) continue
    log.close()
    if (value === null) throw new Error('the cleaning was given up')
    return value
  }
}

/** The files of the segments by name; of Kafka's preallocated indexes what is in them. */
function segmentsOf(root: string): Record<string, string> {
  const directory = join(root, 't-0')
  const names = readdirSync(directory).filter(name => /\.(log|index|timeindex|txnindex)$/.test(name))
  return Object.fromEntries(names.sort().map(name => [name, readFileSync(join(directory, name)).toString('hex')]))
}
