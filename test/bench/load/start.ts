/** Starts: from exec to the first answer. @module */
import type { Jobs } from '../jobs.ts'
import { Buffered, Connection } from './connection.ts'
import { apiVersionsFrame } from './requests.ts'

const INPUT_BYTES = 64 * 1024
const DEADLINE_NS = 20e9
const NS_PER_MS = 1e6

export async function runStarts({ commands, port }: Jobs['start']['job']): Promise<Jobs['start']['result']> {
  const input = new Buffered(INPUT_BYTES)
  const output = Buffered.of(apiVersionsFrame())
  const ms: number[] = []
  for (const command of commands) {
    const started = Bun.nanoseconds()
    await using child = Bun.spawn([...command], { stdio: ['ignore', 'ignore', 'ignore'] })
    const connection = connect(port, input, started + DEADLINE_NS)
    connection.send(output)
    connection.receive()
    ms.push((Bun.nanoseconds() - started) / NS_PER_MS)
    connection.close()
    child.kill('SIGTERM')
    await child.exited
  }
  return { ms }
}

/** Tries without a pause: a pause would be part of what is measured. */
function connect(port: number, input: Buffered, deadline: number): Connection {
  for (;;) {
    const connection = Connection.to(port, input)
    if (connection) return connection
    if (Bun.nanoseconds() > deadline) throw new Error(`nothing listens on port ${port}`)
  }
}
