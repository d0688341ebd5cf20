/**
 * Transactional producers and their coordinator, in simulated time: producers with the same transactional id fence each other,
 * fall silent and come back, answers get lost, the broker crashes between any two writes, disks are full for a while. Then all
 * that stops, and everything that was written must be decided, and decided as its producer was told.
 * @module
 */
import type { ClientTransactionVersion } from '../../../../src/core/transactions/commands.ts'
import { chosen, SeededRandom } from '../../../sim/random.ts'
import { Agenda } from '../../groups/simulation/agenda.ts'
import { START_MS } from '../fixture.ts'
import { Coordinator } from './coordinator.ts'
import { Ledger } from './ledger.ts'
import { Producer } from './producer.ts'

const TROUBLED_MS = 60_000
/** More than any timeout, and what comes after it. */
const QUIET_MS = 120_000
const TICK_MS = 250
const topics = ['a', 'b', 'c', 'd']

export class TransactionsWorld {
  readonly ledger = new Ledger()
  private readonly random: SeededRandom
  private readonly agenda = new Agenda(START_MS)
  private readonly coordinator: Coordinator
  private isTroubled = true

  constructor(seed: number) {
    const random = new SeededRandom(seed)
    this.random = random
    const isForgetful = random.below(4) === 0
    this.coordinator = new Coordinator(this.agenda, 1 + random.below(2), topics, {
      'transaction.abort.timed.out.transaction.cleanup.interval.ms': '1000',
      'transaction.remove.expired.transaction.cleanup.interval.ms': '1000',
      'transactional.id.expiration.ms': isForgetful ? '2000' : '604800000',
    })
    const ids = Array.from({ length: 1 + random.below(3) }, (_, at) => `id-${at}`)
    for (const id of ids) if (random.below(3) === 0) this.coordinator.wearOut(id, 32_740)
    // In Kafka, whoever goes by version 2 may take what another has aborted by version 1 for its own abort, and its epoch.
    const versions = new Map(ids.map(id => [id, chosen(random, [0, 2] as const)]))
    for (let at = 2 + random.below(6); at > 0; at--) {
      const id = chosen(random, ids)
      this.addProducer(id, versions.get(id) ?? 0)
    }
  }

  private addProducer(transactionalId: string, version: ClientTransactionVersion): void {
    const { random } = this
    const habits = { transactionalId, version, timeoutMs: 1000 + random.below(10_000) }
    const producer = new Producer(habits, this.coordinator, this.ledger, random, () => !this.isTroubled)
    this.goOn(producer.live(), random.below(TROUBLED_MS / 4))
  }

  private goOn(doing: Generator<number, void>, delayMs: number): void {
    this.agenda.after(delayMs, () => {
      const next = doing.next()
      if (!next.done) this.goOn(doing, next.value)
    })
  }

  run(): void {
    this.tick()
    this.trouble()
    this.agenda.runUntil(START_MS + TROUBLED_MS)
    this.endTrouble()
    this.agenda.runUntil(this.agenda.now + QUIET_MS)
    this.check()
    this.coordinator.crash()
    this.agenda.runUntil(this.agenda.now + TICK_MS)
    this.check()
  }

  private tick(): void {
    this.coordinator.keepTime()
    this.agenda.after(TICK_MS, () => this.tick())
  }

  private trouble(): void {
    if (!this.isTroubled) return
    const { random, coordinator, agenda } = this
    const { world } = coordinator
    const dice = random.below(10)
    if (dice < 2) coordinator.crash()
    else if (dice < 6) world.writesLeft = random.below(20)
    else if (dice < 8) {
      world.isJournalFull = true
      agenda.after(random.below(3000), () => {
        world.isJournalFull = false
      })
    } else {
      const name = chosen(random, topics)
      world.deafTopics.add(name)
      agenda.after(random.below(3000), () => world.deafTopics.delete(name))
    }
    agenda.after(random.below(1000), () => this.trouble())
  }

  private endTrouble(): void {
    const { world } = this.coordinator
    this.isTroubled = false
    world.isJournalFull = false
    world.deafTopics.clear()
    world.writesLeft = Number.POSITIVE_INFINITY
  }

  private check(): void {
    this.coordinator.checkReplay()
    this.coordinator.checkRest()
    this.ledger.check(this.coordinator.world.logs)
  }
}
