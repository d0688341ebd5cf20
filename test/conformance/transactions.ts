/**
 * Transactions in one log: what Kafka's own log makes of a script of batches, markers, reads and restarts, and what ours
 * does; and byte for byte the same files.
 * @module
 */
import { deepEqual } from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { concatBytes } from '../../src/base/bytes.ts'
import type { Uuid } from '../../src/base/uuid.ts'
import { FileDisk } from '../../src/host/file-disk.ts'
import { defaultLogConfig, type LogConfig } from '../../src/log/log-config.ts'
import { PartitionLog } from '../../src/log/partition.ts'
import { decodeSnapshot } from '../../src/log/producer-snapshot.ts'
import type { AppendOrigin, TransactionEnd } from '../../src/log/producers.ts'
import type { AppendOutcome } from '../../src/log/staging.ts'
import { validateProduce } from '../../src/log/validate.ts'
import { ErrorCode, errorName } from '../../src/wire/errors.ts'
import { batchHeaders, isTransactional } from '../../src/wire/records/batch.ts'
import { encodeBatch } from '../../src/wire/records/batch-encoder.ts'
import { temporaryDirectory } from '../host/directory.ts'
import { seed } from '../seed.ts'
import { SeededRandom } from '../sim/random.ts'
import { javaProgram } from './commands.ts'
import type { Report } from './report.ts'

const START_MS = 1_700_000_000_000
const HOUR_MS = 60 * 60 * 1000
const LINES = 3000
const PRODUCERS = 5

interface Kind {
  readonly name: string
  readonly config: Partial<LogConfig>
  readonly javaConfigs: readonly string[]
  /** Whether the log is stopped and killed; else its beginning is deleted. */
  readonly restarts: boolean
}

const small = { segmentBytes: 4000, indexIntervalBytes: 300 }
const javaSmall = ['internal.segment.bytes=4000', 'index.interval.bytes=300']
const kinds: readonly Kind[] = [
  { name: 'at one go', config: small, javaConfigs: javaSmall, restarts: false },
  {
    name: "with the broker's timestamps",
    config: { ...small, messageTimestampType: 'LogAppendTime' },
    javaConfigs: [...javaSmall, 'message.timestamp.type=LogAppendTime'],
    restarts: false,
  },
  { name: 'over restarts', config: small, javaConfigs: javaSmall, restarts: true },
]
/** After a restart Kafka counts the bytes to the next index entry anew. */
const indexFile = /\.(index|timeindex)$/

/** Runs the same script on both. */
export async function checkTransactions(report: Report): Promise<void> {
  for (const [index, kind] of kinds.entries()) {
    await report.check(`transactions in a log, ${kind.name}: as in Kafka's (SEED=${seed})`, () => compare(kind, index))
  }
}

async function compare({ config, javaConfigs, restarts }: Kind, index: number): Promise<void> {
  using directory = temporaryDirectory()
  const script = new Script(new SeededRandom(seed + index), restarts).lines
  const path = join(directory.path, 'script')
  writeFileSync(path, script.join('\n'))
  const ours = join(directory.path, 'ours')
  const theirs = join(directory.path, 'theirs', 't-0')
  const runner = new Runner(ours, { ...defaultLogConfig, ...config })
  const answers = script.map(line => runner.run(line))
  runner.close()
  const expected = (await javaProgram('Transactions.java', theirs, path, ...javaConfigs)).split('\n')
  for (const [at, line] of script.entries()) {
    const place = `${answers[at]} where Kafka has ${expected[at]}: line ${at + 1}, ${line}`
    deepEqual(answers[at], expected[at]?.trimEnd(), place)
  }
  const isCompared = (name: string) => !restarts || !indexFile.test(name)
  const [made, wanted] = [filesOf(join(ours, 't-0'), isCompared), filesOf(theirs, isCompared)]
  // Of a crash Kafka may keep a snapshot that belongs to no segment.
  const names = Object.keys(wanted).filter(name => !restarts || !name.endsWith('.snapshot') || name in made)
  deepEqual(Object.keys(made), names)
  for (const name of names) deepEqual(made[name], wanted[name], `${name} differs`)
}

/** A producer as the script knows it: it may be wrong. */
interface Writer {
  epoch: number
  sequence: number
  isOpen: boolean
}

/** Lines that anybody may write: mostly right, and often not. */
class Script {
  readonly lines: string[] = []
  private readonly writers: Writer[] = Array.from({ length: PRODUCERS }, () => ({
    epoch: 0,
    sequence: 0,
    isOpen: false,
  }))
  private nowMs = START_MS
  private offset = 0

  constructor(
    private readonly random: SeededRandom,
    private readonly restarts: boolean,
  ) {
    this.advance(0)
    while (this.lines.length < LINES) this.add()
    this.advance(25 * HOUR_MS)
    this.lines.push('expire', 'producers')
  }

  private add(): void {
    const { random } = this
    const choice = random.below(1000)
    const id = random.below(PRODUCERS)
    if (choice < 450) this.addBatch(id)
    else if (choice < 750) this.addEnd(id)
    else if (choice < 900) this.lines.push(`read ${random.below(this.offset + 1)} ${random.below(1500)}`)
    else if (choice < 950) this.lines.push('producers')
    else if (choice < 970) this.advance(random.below(HOUR_MS / 4))
    else if (!this.restarts) this.lines.push(`start ${Math.max(0, this.offset - random.below(200))}`)
    else this.lines.push(random.below(2) === 0 ? 'stop' : 'crash')
  }

  private addBatch(id: number): void {
    const { random } = this
    const writer = this.writers[id]!
    const recordCount = 1 + random.below(3)
    const isWrong = random.below(20) === 0
    const isTransactional = writer.isOpen || random.below(3) > 0
    const batch = encodeBatch(
      {
        producerId: id,
        producerEpoch: Math.max(0, writer.epoch + (isWrong ? random.below(3) - 1 : 0)),
        baseSequence: Math.max(0, writer.sequence + (random.below(20) === 0 ? this.wrongStep : 0)),
        isTransactional: random.below(40) === 0 ? !isTransactional : isTransactional,
      },
      Array.from({ length: recordCount }, (_, offset) => ({
        offset,
        timestamp: this.nowMs - random.below(1000),
        key: null,
        value: Buffer.alloc(random.below(200), 'v'),
      })),
    )
    const origin: AppendOrigin = random.below(2) === 0 ? 'client' : 'epochBumpingClient'
    this.lines.push(`batch ${Buffer.from(batch).toString('base64')} ${origin}`)
    if (isWrong) return
    writer.sequence += recordCount
    writer.isOpen = isTransactional
    this.offset += recordCount
  }

  /** After a crash we know more of a producer's repetitions than Kafka. */
  private get wrongStep(): number {
    return this.restarts ? 1 + this.random.below(3) : this.random.below(5) - 2
  }

  private addEnd(id: number): void {
    const { random } = this
    const writer = this.writers[id]!
    const isWrong = random.below(8) === 0
    const transactionVersion = random.below(3)
    const bump = transactionVersion === 2 || random.below(4) === 0 ? 1 : 0
    const producerEpoch = Math.max(0, writer.epoch + (isWrong ? random.below(3) - 1 : bump))
    const coordinatorEpoch = 5 - (random.below(30) === 0 ? 1 : 0)
    this.lines.push(`end ${id} ${producerEpoch} ${coordinatorEpoch} ${random.below(2) === 0} ${transactionVersion}`)
    if (isWrong) return
    if (bump > 0) writer.sequence = 0
    writer.epoch = producerEpoch
    writer.isOpen = false
    this.offset++
  }

  private advance(ms: number): void {
    this.nowMs += ms
    this.lines.push(`now ${this.nowMs}`)
  }
}

/** Does on our log what the lines say. */
class Runner {
  private readonly disk: FileDisk
  private log: PartitionLog
  private nowMs = 0

  constructor(
    root: string,
    private readonly config: LogConfig,
  ) {
    this.disk = new FileDisk(root)
    this.log = this.open(true)
  }

  run(line: string): string {
    const [command, first = '', second = '', ...rest] = line.split(' ')
    const { log } = this
    switch (command) {
      case 'now':
        this.nowMs = Number(first)
        return 'now'
      case 'batch':
        return this.batch(Uint8Array.fromBase64(first), second === 'client' ? 'client' : 'epochBumpingClient')
      case 'end':
        return this.end(Number(first), Number(second), rest)
      case 'read':
        return this.read(Number(first), Number(second))
      case 'start':
        if (Number(first) > log.highWatermark) return 'OFFSET_OUT_OF_RANGE'
        log.incrementLogStartOffset(Number(first))
        return this.offsets
      case 'expire':
        log.expireProducers(this.nowMs)
        return 'expired'
      case 'stop':
        log.close()
        this.log = this.open(true)
        return this.offsets
      case 'crash':
        this.log = this.open(false)
        return this.offsets
      case 'producers':
        return this.producers
      default:
        throw new Error(line)
    }
  }

  close(): void {
    this.log.close()
  }

  private open(isCleanStart: boolean): PartitionLog {
    return PartitionLog.open(this.disk, 't-0', {
      topic: 't',
      partition: 0,
      topicId: 'Kfj7w9vRQ_mQyjUxsGqXwA' as Uuid,
      config: this.config,
      leaderEpoch: 0,
      nowMs: this.nowMs,
      isCleanStart,
      logStartOffset: this.log?.logStartOffset ?? 0,
    })
  }

  private batch(bytes: Uint8Array, origin: AppendOrigin): string {
    const { nowMs, log, config } = this
    const outcome: AppendOutcome = { errorCode: 0, baseOffset: -1, logAppendTimeMs: -1, logStartOffset: -1 }
    const [header] = batchHeaders(bytes)
    // What verifies a transaction asks this first (UnifiedLog.maybeStartTransactionVerification).
    if (header && isTransactional(header.attributes) && header.producerEpoch < log.producerEpochOf(header.producerId)) {
      return 'INVALID_PRODUCER_EPOCH'
    }
    const records = validateProduce(bytes, {
      apiVersion: 11,
      topicPartition: 't-0',
      config,
      nowMs,
      maxDecompressedBytes: 1 << 20,
    })
    if ('errorCode' in records) return errorName(records.errorCode)
    log.stage(records, outcome, nowMs, origin)
    log.commit()
    return outcome.errorCode === ErrorCode.NONE ? `${outcome.baseOffset} ${this.offsets}` : errorName(outcome.errorCode)
  }

  private end(producerId: number, producerEpoch: number, [coordinator, isCommit, version]: readonly string[]): string {
    const end: TransactionEnd = {
      producerId,
      producerEpoch,
      coordinatorEpoch: Number(coordinator),
      isCommit: isCommit === 'true',
      transactionVersion: Number(version),
    }
    const offset = this.log.logEndOffset
    const errorCode = this.log.endTransaction(end, this.nowMs)
    return errorCode === ErrorCode.NONE ? `${offset} ${this.offsets}` : errorName(errorCode)
  }

  private read(offset: number, maxBytes: number): string {
    const { log } = this
    if (offset < log.logStartOffset || offset > log.logEndOffset) return 'OFFSET_OUT_OF_RANGE'
    const { pieces, sizeBytes } = log.read(offset, maxBytes, log.lastStableOffset, 'whole')
    const last = [...batchHeaders(concatBytes(pieces))].at(-1)
    const end = last ? last.baseOffset + last.lastOffsetDelta + 1 : 0
    const aborted = log.abortedTransactions(offset, sizeBytes).filter(of => of.firstOffset < end)
    return `${sizeBytes} ${aborted.map(of => `${of.producerId}@${of.firstOffset}`).join(',')}`.trimEnd()
  }

  private get offsets(): string {
    const { logStartOffset, lastStableOffset, logEndOffset } = this.log
    return `${logStartOffset} ${lastStableOffset} ${logEndOffset}`
  }

  private get producers(): string {
    return [...this.log.activeProducers]
      .sort((a, b) => a.producerId - b.producerId)
      .map(of =>
        [
          of.producerId,
          of.producerEpoch,
          of.batches.at(-1)?.lastSequence ?? -1,
          of.lastTimestamp,
          of.coordinatorEpoch,
          of.currentTxnFirstOffset,
        ].join(':'),
      )
      .join(' ')
  }
}

/** What is in the files of the segments, by name; the producers of a snapshot in order, for Kafka's have none. */
function filesOf(directory: string, isCompared: (name: string) => boolean): Record<string, unknown> {
  const names = readdirSync(directory).filter(name => /^\d/.test(name) && isCompared(name))
  return Object.fromEntries(
    names.sort().map(name => {
      const bytes = readFileSync(join(directory, name))
      if (!name.endsWith('.snapshot')) return [name, bytes.toString('hex')]
      return [name, decodeSnapshot(bytes)?.sort((a, b) => a.producerId - b.producerId)]
    }),
  )
}
