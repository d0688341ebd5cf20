/** Connections that do nothing. @module */
import type { Jobs } from '../jobs.ts'
import { cpuTicks, memoryOf } from '../linux.ts'
import { Buffered, Connection } from './connection.ts'
import { apiVersionsFrame } from './requests.ts'

const INPUT_BYTES = 64 * 1024
/** After the last connection, and before anything is counted. */
const CALM_MS = 1000

export async function runIdle({
  target,
  connectionCount,
  seconds,
}: Jobs['idle']['job']): Promise<Jobs['idle']['result']> {
  const input = new Buffered(INPUT_BYTES)
  const output = Buffered.of(apiVersionsFrame())
  const before = memoryOf(target.pid).anonymousBytes
  const connections = Array.from({ length: connectionCount }, () => {
    const connection = Connection.open(target.port, input)
    connection.send(output)
    connection.receive()
    return connection
  })
  await Bun.sleep(CALM_MS)
  const ticks = cpuTicks(target.pid)
  await Bun.sleep(seconds * 1000)
  const result = {
    ticks: cpuTicks(target.pid) - ticks,
    bytesPerConnection: (memoryOf(target.pid).anonymousBytes - before) / connectionCount,
  }
  for (const connection of connections) connection.close()
  return result
}
