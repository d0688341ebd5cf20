/**
 * kill -9 under consumers that commit: no committed offset goes back, and every group goes on. `ROUNDS=50` kills so often.
 * @module
 */
import { afterAll, expect, test } from 'bun:test'
import { type RunningBroker, startBroker } from '../binary.ts'
import { allGroups } from '../clients/group-requests.ts'
import { createTopic } from '../clients/requests.ts'
import { connect } from '../clients/wire-client.ts'
import { temporaryDirectory } from '../host/directory.ts'
import { seed } from '../seed.ts'
import { SeededRandom } from '../sim/random.ts'
import { CommittingConsumer, CommittingGroup } from './committing-consumer.ts'
import { untilGone } from './until-gone.ts'

const ROUNDS = Number(process.env.ROUNDS ?? 20)
const MAX_LIFE_MS = 600
const TOPIC = 'consumed'
const PARTITION_COUNT = 3
const GROUP_COUNT = 4
const CONSUMERS_PER_GROUP = 2
/** What every group commits once more at the end. */
const LAST_COUNT = 100

const directory = temporaryDirectory()
afterAll(() => directory[Symbol.dispose]())
const options = { directory: directory.path, flags: ['--http-port', 'off'] }

const groups = Array.from(
  { length: GROUP_COUNT },
  (_, index) => new CommittingGroup(`group-${index}`, TOPIC, PARTITION_COUNT),
)
const consumers = groups.flatMap(group =>
  Array.from({ length: CONSUMERS_PER_GROUP }, () => new CommittingConsumer(group)),
)

test(
  `kill -9 under commits, ${ROUNDS} times (SEED=${seed} repeats it)`,
  async () => {
    const random = new SeededRandom(seed)
    await makeTopic()
    for (let round = 0; round < ROUNDS; round++) {
      await using broker = await startBroker(options)
      const killed = Bun.sleep(random.below(MAX_LIFE_MS)).then(() => broker.kill())
      const committing = consumers.map(consumer => untilGone(broker, client => consumer.run(client)))
      await Promise.all([...committing, killed])
    }

    await using recovered = await startBroker(options)
    await checkAll(recovered)
    const before = groups.map(group => group.acknowledgedCount)
    const hasGoneOn = () => groups.every((group, i) => group.acknowledgedCount >= (before[i] ?? 0) + LAST_COUNT)
    await Promise.all(consumers.map(consumer => untilGone(recovered, client => consumer.run(client, hasGoneOn))))
    expect(hasGoneOn()).toBe(true)
    expect(consumers.reduce((sum, { counts }) => sum + counts.resumed, 0)).toBeGreaterThan(0)
    await checkAll(recovered)
    expect(await recovered.stop()).toBe(0)

    await using reopened = await recovered.restart()
    await checkAll(reopened)
    using client = await connect(reopened.port)
    expect((await allGroups(client)).map(({ groupId }) => groupId).sort()).toEqual(groups.map(({ groupId }) => groupId))
  },
  60_000 + 1500 * ROUNDS,
)

async function makeTopic(): Promise<void> {
  await using broker = await startBroker(options)
  using client = await connect(broker.port)
  await createTopic(client, TOPIC, PARTITION_COUNT)
}

async function checkAll(broker: RunningBroker): Promise<void> {
  using client = await connect(broker.port)
  for (const group of groups) await group.check(client)
}
