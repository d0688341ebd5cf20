/** What a broker has in memory that was started with a history, and that nobody has asked for any of it. @module */
import { expect, test } from 'bun:test'
import { initProducerId } from '../../src/api/22-init-producer-id.ts'
import { startBroker } from '../binary.ts'
import { initOf } from '../clients/coordinator-requests.ts'
import { connect } from '../clients/wire-client.ts'
import { temporaryDirectory } from '../host/directory.ts'
import { anonymousMib } from '../network/hostile.ts'

const TRANSACTIONAL_ID_COUNT = 50
const MOST_MIB = 8
/** In which the broker loads what it has to, and gives back what that took. */
const SETTLES_IN_MS = 5000

test.skipIf(process.platform !== 'linux')(
  `started with ${TRANSACTIONAL_ID_COUNT} transactional ids it comes to rest below ${MOST_MIB} MiB`,
  async () => {
    using directory = temporaryDirectory()
    await using first = await startBroker({ directory: directory.path })
    using client = await connect(first.port)
    for (let id = 0; id < TRANSACTIONAL_ID_COUNT; id++) {
      expect((await client.call(initProducerId, 1, initOf(`id-${id}`))).errorCode).toBe(0)
    }
    expect(await first.stop()).toBe(0)

    await using second = await first.restart()
    await Bun.sleep(SETTLES_IN_MS)
    expect(anonymousMib(second.pid)).toBeLessThan(MOST_MIB)
  },
  4 * SETTLES_IN_MS,
)
