/** Apache Kafka 4.3.1 itself, started on a data directory that is already there. @module */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { waitForLeaders } from './cluster-view.ts'
import { javaFlags } from './commands.ts'

/** How Kafka is told who its controllers are: by the configuration, or by what lies in the directory (KIP-853). */
export type Quorum = 'static' | 'dynamic'

/** Below those that the system gives away by itself. */
const FIRST_PORT = 22_500
const LAST_PORT = 22_900

/** Kafka begins to load groups in the leader epoch that it finds, and begins again when it has its own. */
const STARTS_AGAIN = /Failed to load metadata from __consumer_offsets-\d+ with epoch \d+ due to Stopped loading/

/** A running Kafka. At the end of the scope that says `await using` it is killed. */
export class ApacheKafka implements AsyncDisposable {
  private constructor(
    private readonly child: Bun.Subprocess,
    readonly port: number,
    private readonly logFile: string,
  ) {}

  /**
   * Starts a broker that is its own controller, on the directory `data` in `folder`, where its other files go too; waits
   * until every partition has a leader. Throws where that never happens.
   */
  static async start(folder: string, quorum: Quorum): Promise<ApacheKafka> {
    const port = freePort()
    const logFile = join(folder, 'log')
    const properties = join(folder, 'server.properties')
    writeFileSync(properties, serverProperties(port, join(folder, 'data'), quorum))
    const child = Bun.spawn(['java', ...(await javaFlags('warn')), 'kafka.Kafka', properties], {
      stdin: 'ignore',
      stdout: Bun.file(logFile),
      stderr: Bun.file(logFile),
    })
    const kafka = new ApacheKafka(child, port, logFile)
    try {
      await Promise.race([waitForLeaders(port), kafka.death()])
      return kafka
    } catch (error) {
      await kafka[Symbol.asyncDispose]()
      throw error
    }
  }

  /** What it found wrong: lines of its log. */
  complaints(): string[] {
    const lines = readFileSync(this.logFile, 'utf8').split('\n')
    return lines.filter(line => /ERROR|FATAL|[Cc]orrupt|[Ii]nvalid|stray/.test(line) && !STARTS_AGAIN.test(line))
  }

  /** SIGTERM: it gives up what it leads before it ends. */
  async stop(): Promise<void> {
    this.child.kill('SIGTERM')
    await this.child.exited
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL')
    await this.child.exited
  }

  private async death(): Promise<never> {
    const exitCode = await this.child.exited
    throw new Error(`Kafka died, exit ${exitCode}: ${readFileSync(this.logFile, 'utf8').slice(-400)}`)
  }
}

function serverProperties(port: number, directory: string, quorum: Quorum): string {
  const controller = `127.0.0.1:${port + 1}`
  return [
    'process.roles=broker,controller',
    'node.id=1',
    quorum === 'static'
      ? `controller.quorum.voters=1@${controller}`
      : `controller.quorum.bootstrap.servers=${controller}`,
    `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://${controller}`,
    `advertised.listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://${controller}`,
    'controller.listener.names=CONTROLLER',
    'listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    `log.dirs=${directory}`,
    '',
  ].join('\n')
}

/** One of two neighbours that nobody listens on. */
export function freePort(): number {
  for (let port = FIRST_PORT; port < LAST_PORT; port += 2) if (isFree(port) && isFree(port + 1)) return port
  throw new Error('no port is free')
}

function isFree(port: number): boolean {
  try {
    Bun.listen({ hostname: '127.0.0.1', port, socket: { data: () => {} } }).stop(true)
    return true
  } catch {
    return false
  }
}
