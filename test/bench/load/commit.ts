/** A consumer that commits. @module */
import type { Jobs } from '../jobs.ts'
import { checkCommitted } from './answers.ts'
import { Buffered, Connection } from './connection.ts'
import { join } from './coordinator.ts'
import { atRate, percentilesOf } from './effort.ts'
import { offsetCommitFrame } from './group-requests.ts'
import { ensureTopic } from './topics.ts'

const INPUT_BYTES = 64 * 1024
const NS_PER_US = 1000
const NAME = 'commit'

export function runCommit(job: Jobs['commit']['job']): Jobs['commit']['result'] {
  const { target, warmUpCount, requestCount, ratePerSecond } = job
  ensureTopic(target, { topic: NAME, partitionCount: 1 })
  const connection = Connection.open(target.port, new Buffered(INPUT_BYTES))
  const output = Buffered.of(offsetCommitFrame(join(connection, NAME), NAME, [1]))
  const trial = () => {
    const started = Bun.nanoseconds()
    connection.send(output)
    checkCommitted(connection.view, connection.receive())
    return (Bun.nanoseconds() - started) / NS_PER_US
  }
  for (let index = 0; index < warmUpCount; index++) trial()
  const atItsRate = percentilesOf(atRate(requestCount, ratePerSecond, trial))
  return { atRate: atItsRate, backToBack: percentilesOf(atRate(requestCount, Number.MAX_SAFE_INTEGER, trial)) }
}
