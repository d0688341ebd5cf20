/** What the simulated broker runs on: a disk and a clock that outlive it, and the ways in which both fail. @module */
import { Broker } from '../../src/broker/broker.ts'
import type { Peer } from '../../src/broker/peer.ts'
import type { Session } from '../../src/broker/session.ts'
import { BrokerConfigs } from '../../src/core/configs/broker-configs.ts'
import { JournalError } from '../../src/core/machine.ts'
import { DiskError } from '../../src/log/disk.ts'
import { SimClock } from './clock.ts'
import { type DiskOperation, Killed, SimDisk } from './disk.ts'
import { chosen, type SeededRandom } from './random.ts'
import { START_MS } from './world.ts'

/** The clock is never further off than this, forwards or backwards: records from the future by an hour are refused. */
const MAX_SHIFT_MS = 25 * 60_000
const MAX_FREE_BYTES = 1500
const MAX_CALLS_TO_LIVE = 15
const MAX_FAULT_COUNT = 3
/** What fails of a log that is open; where an unopened one cannot be opened, an idempotent producer has to wait for it. */
const fallibleWhenOpen: readonly DiskOperation[] = ['write', 'flush', 'rename']
const fallible: readonly DiskOperation[] = [
  'open',
  'write',
  'truncate',
  'flush',
  'writeFile',
  'rename',
  'remove',
  'makeDirectory',
  'read',
]

export class Computer {
  readonly clock = new SimClock(START_MS)
  readonly disk: SimDisk
  /** Whether the disk refuses nothing that opening a log needs. */
  readonly opensLogs: boolean
  broker: Broker
  private faultsBefore = 0
  private shiftMs = 0
  /** What the broker does once all input has been handed over: in some worlds each client's is a round of its own. */
  private readonly deferred: (() => void)[] = []
  private readonly defers: boolean

  constructor(
    private readonly random: SeededRandom,
    /** Configs of the broker: server.properties. */
    private readonly settings: Readonly<Record<string, string>> = {},
  ) {
    this.disk = new SimDisk(random)
    this.disk.isTearing = true
    this.opensLogs = random.below(2) === 0
    this.defers = random.below(2) === 0
    this.broker = this.boot()
  }

  /** Whether the disk has refused the running broker anything. */
  get hasFaults(): boolean {
    return this.disk.faultCount > this.faultsBefore
  }

  connect(peer: Peer): Session {
    return this.broker.connect(peer)
  }

  /** Lets the broker work; false if it was killed meanwhile. What it defers may wait for what comes next. */
  run(work: () => void): boolean {
    try {
      work()
      if (this.random.below(2) === 0) this.endRound()
    } catch (error) {
      if (!(error instanceof Killed)) throw error
    }
    return !this.disk.isDead
  }

  /** All input has been handed over. Throws Killed. */
  endRound(): void {
    for (const work of this.deferred.splice(0)) work()
  }

  /** Starts the program again, and again while it fails for what the disk does to it. */
  start(): void {
    if (this.random.below(4) === 0) this.failSoon()
    const callsToLive = this.random.below(4) === 0 ? this.random.below(MAX_CALLS_TO_LIVE) : null
    for (let attempt = 0; ; attempt++) {
      this.disk.revive()
      this.disk.callsToLive = attempt === 0 ? callsToLive : null
      this.faultsBefore = this.disk.faultCount
      try {
        this.broker = this.boot()
        this.mend()
        return
      } catch (error) {
        const isBroken = (error instanceof DiskError || error instanceof JournalError) && this.hasFaults
        if (!isBroken && !(error instanceof Killed)) throw error
        this.mend()
      }
    }
  }

  private boot(): Broker {
    const { disk, clock, random } = this
    clock.setAlarm(null, () => {})
    this.deferred.length = 0
    const configs = new BrokerConfigs(new Map(Object.entries(this.settings)))
    const log = { warn() {}, warnSparingly() {} }
    const soon = (work: () => void) => void this.deferred.push(work)
    return new Broker({ disk, clock, random, configs, log, ...(this.defers && { soon }) })
  }

  /** From now on the disk is nearly full, or refuses some calls. */
  failSoon(): void {
    const { disk, random } = this
    if (random.below(3) === 0) disk.capacityBytes = disk.usedBytes + random.below(MAX_FREE_BYTES)
    let left = 1 + random.below(MAX_FAULT_COUNT)
    const operation = chosen(random, this.opensLogs ? fallibleWhenOpen : fallible)
    disk.fault = of => (of === operation && left-- > 0 ? 'EIO' : null)
  }
  dieSoon(): void {
    this.disk.callsToLive = this.random.below(MAX_CALLS_TO_LIVE)
  }
  /** Nothing fails any more. */
  mend(): void {
    this.disk.capacityBytes = Number.POSITIVE_INFINITY
    this.disk.fault = () => null
    this.disk.callsToLive = null
  }

  /** Somebody sets the clock. */
  setClock(): void {
    const shiftMs = this.random.below(2 * MAX_SHIFT_MS) - MAX_SHIFT_MS
    this.clock.set(shiftMs - this.shiftMs)
    this.shiftMs = shiftMs
  }
  /** So much passes that every deadline is over, however the clock was set meanwhile. */
  outwait(): void {
    this.endRound()
    this.clock.advance(2 * MAX_SHIFT_MS)
  }
}
