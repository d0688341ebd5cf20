/** Brokers on a disk of a few MiB: the binary on a file system of memory, and the broker itself on a simulated disk. @module */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { Broker } from '../../src/broker/broker.ts'
import { BrokerConfigs } from '../../src/core/configs/broker-configs.ts'
import { SystemClock } from '../../src/host/clock.ts'
import { DiskError } from '../../src/log/disk.ts'
import { type RunningBroker, startBroker } from '../binary.ts'
import { connect, WireClient } from '../clients/wire-client.ts'
import { SimDisk } from '../sim/disk.ts'
import { SeededRandom } from '../sim/random.ts'

const DISK_BYTES = 8 * 1024 * 1024
/** What `makeRoom` frees each time. */
const ROOM_BYTES = 2 * 1024 * 1024
/** How often it may be called. */
const ROOM_COUNT = 2

export interface SmallDisk extends AsyncDisposable {
  /** Starts a broker and connects to it. */
  start(): Promise<WireClient>
  /** Ends the broker without giving it a say. */
  crash(): Promise<void>
  /** Lets it close its log, for which there may be no room. */
  stop(): Promise<void>
  makeRoom(): void
}

/** The broker in this process, where nothing need be mounted. */
export function simulatedDisk(): SmallDisk {
  const random = new SeededRandom(1)
  const disk = new SimDisk(random)
  disk.capacityBytes = DISK_BYTES - ROOM_COUNT * ROOM_BYTES
  let broker: Broker | undefined
  return {
    async start() {
      const log = { warn() {}, warnSparingly() {} }
      broker = new Broker({ disk, clock: new SystemClock(), random, configs: new BrokerConfigs(new Map()), log })
      return connectWithin(broker)
    },
    async crash() {},
    async stop() {
      try {
        broker?.close()
      } catch (error) {
        if (!(error instanceof DiskError)) throw error
      }
    },
    makeRoom() {
      disk.capacityBytes += ROOM_BYTES
    },
    async [Symbol.asyncDispose]() {},
  }
}

/** A client of a broker in this process. */
export function connectWithin(broker: Broker): WireClient {
  const session = broker.connect({
    name: 'test',
    address: '127.0.0.1',
    endpoint: { host: '127.0.0.1', port: 0 },
    roomBytes: Number.POSITIVE_INFINITY,
    send(pieces) {
      for (const piece of pieces) client.receive(piece.slice())
      return 0
    },
    pause() {},
    resume() {},
    rest: goOn => void setImmediate(goOn),
    finish: () => client.disconnected(),
    close: () => client.disconnected(),
  })
  const client: WireClient = new WireClient({ send: frame => session.receive(frame), close: () => session.close() })
  return client
}

/** Ways to a mount that nobody else sees: as root, or as a user who is root of a namespace of his own. */
const namespaces = [
  { unshare: ['unshare', '--mount'], enter: ['--mount'] },
  { unshare: ['unshare', '--map-root-user', '--mount'], enter: ['--user', '--preserve-credentials', '--mount'] },
]

/** The way that this machine allows. */
const allowed = namespaces.find(({ unshare }) => {
  if (!Bun.which('unshare') || !Bun.which('nsenter')) return false
  return Bun.spawnSync([...unshare, 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()]).success
})

/** Whether `memoryDisk` can be had. */
export function canMount(): boolean {
  return allowed !== undefined
}

/** The binary on a file system of memory, which is gone with the process that holds it. */
export async function memoryDisk(): Promise<SmallDisk> {
  if (!allowed) throw new Error('no file system may be mounted')
  const directory = mkdtempSync(`${tmpdir()}/strikemq-disk-`)
  const mount = `mount -t tmpfs -o size=${DISK_BYTES} tmpfs "$0" && echo mounted && exec cat`
  const command = [...allowed.unshare, 'sh', '-c', mount, directory]
  const holder = Bun.spawn(command, { stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' })
  await holder.stdout.getReader().read()
  return new MemoryDisk(directory, holder, ['nsenter', '--target', String(holder.pid), ...allowed.enter, '--'])
}

class MemoryDisk implements SmallDisk {
  private broker: RunningBroker | undefined
  private roomCount = ROOM_COUNT

  constructor(
    private readonly directory: string,
    private readonly holder: Bun.Subprocess<'pipe', 'pipe', 'inherit'>,
    private readonly under: readonly string[],
  ) {
    for (let i = 1; i <= ROOM_COUNT; i++) writeFileSync(this.ballast(i), new Uint8Array(ROOM_BYTES))
  }

  async start(): Promise<WireClient> {
    this.broker = await startBroker({ directory: `${this.directory}/data`, under: this.under })
    return connect(this.broker.port)
  }
  async crash(): Promise<void> {
    await this.broker?.kill()
  }
  async stop(): Promise<void> {
    await this.broker?.stop()
  }
  makeRoom(): void {
    rmSync(this.ballast(this.roomCount--))
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.broker?.kill()
    this.holder.kill()
    await this.holder.exited
    rmSync(this.directory, { recursive: true })
  }

  /** Seen from outside, where the mount is not. */
  private ballast(number: number): string {
    return `/proc/${this.holder.pid}/root${this.directory}/ballast-${number}`
  }
}
