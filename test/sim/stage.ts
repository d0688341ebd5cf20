/** Where actors meet a broker that fails: what may happen to them all, and what is left when the program has died. @module */
import type { Actor, Circumstances } from './actor.ts'
import { SimClient } from './client.ts'
import { Computer } from './computer.ts'
import { chosen, SeededRandom } from './random.ts'

const MAX_TICK_MS = 200
const MAX_CHUNK_COUNT = 6
/** After the last fault everything is done in so many rounds. */
const ROUND_COUNT = 200
const ROUND_MS = 50

/** Something that may happen, and how likely that is. */
export type Chance = readonly [weight: number, event: () => void]

export abstract class Stage implements Circumstances {
  readonly random: SeededRandom
  protected readonly computer: Computer
  protected abstract readonly actors: readonly Actor<Circumstances>[]

  constructor(seed: number, settings: Readonly<Record<string, string>> = {}) {
    this.random = new SeededRandom(seed)
    this.computer = new Computer(this.random, settings)
    this.computer.disk.onDeath = () => {
      for (const actor of this.actors) actor.lose()
    }
  }

  get clock() {
    return this.computer.clock
  }
  get hasFaults(): boolean {
    return this.computer.hasFaults
  }
  connect(): SimClient {
    return new SimClient(
      peer => this.computer.connect(peer),
      () => {},
    )
  }

  /** What may happen on every stage. */
  protected chances(): Chance[] {
    const { computer, random } = this
    return [
      [100, () => this.someone().step()],
      [80, () => this.deliver(this.someone(), random.below(MAX_CHUNK_COUNT))],
      [20, () => computer.clock.advance(random.below(MAX_TICK_MS))],
      [8, () => this.someone().setReading(random.below(2) === 0)],
      [6, () => this.someone().cut()],
      [3, () => this.setClock()],
      [4, () => computer.disk.settle()],
      [4, () => computer.disk.sync()],
      [6, () => computer.failSoon()],
      [6, () => computer.mend()],
      [3, () => computer.dieSoon()],
      [2, () => computer.disk.kill()],
    ]
  }

  protected someone(): Actor<Circumstances> {
    return chosen(this.random, this.actors)
  }

  protected setClock(): void {
    this.computer.setClock()
  }

  /** Lets so many things happen. Where the program dies of one, it starts again. */
  protected play(chances: readonly Chance[], count: number): void {
    const events = chances.flatMap(([weight, event]) => new Array<() => void>(weight).fill(event))
    for (let step = 0; step < count; step++) if (!this.computer.run(chosen(this.random, events))) this.comeBack()
  }

  /** After the end of the program, however it came. */
  protected comeBack(): void {
    this.hearLast()
    this.computer.start()
  }

  /** What was answered before the end counts. */
  protected hearLast(): void {
    for (const actor of this.actors) actor.collect()
  }

  protected deliver(actor: Actor<Circumstances>, chunkCount = Number.POSITIVE_INFINITY): void {
    for (let chunk = 0; chunk < chunkCount && actor.deliver(); chunk++);
  }

  /** A client that need not wait for anybody. */
  protected attend(): SimClient {
    const client: SimClient = new SimClient(
      peer => this.computer.connect(peer),
      () => {
        while (client.deliver());
      },
    )
    return client
  }

  /** Nothing fails any more: everybody gets what he waits for. */
  protected comeToRest(): void {
    this.computer.mend()
    this.computer.outwait()
    for (let round = 0; !this.isAtRest; round++) {
      if (round === ROUND_COUNT) throw new Error('somebody waits for ever')
      for (const actor of this.actors) {
        actor.step()
        actor.setReading(true)
        this.deliver(actor)
        this.computer.endRound()
        actor.collect()
      }
      this.clock.advance(ROUND_MS)
    }
  }

  protected get isAtRest(): boolean {
    return this.actors.every(actor => actor.isDone)
  }
}
