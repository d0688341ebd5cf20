/** A producer that writes to some places in each transaction, and commits most of them. @module */
import { chosen } from '../random.ts'
import type { Place } from './ledger.ts'
import { type ExactlyOnce, TransactionalActor } from './producer.ts'

const MAX_BATCH_COUNT = 4
const MAX_RECORD_COUNT = 3
const ABORT_ONE_IN = 4

export class TransactionalWriter extends TransactionalActor {
  private recordCount = 0

  constructor(
    setting: ExactlyOnce,
    transactionalId: string,
    private readonly places: readonly Place[],
  ) {
    super(setting, transactionalId)
  }

  protected prepare(): void {
    if (this.isStopping) return
    const { random } = this.setting
    const steps = Array.from({ length: 1 + random.below(MAX_BATCH_COUNT) }, () => {
      const place = chosen(random, this.places)
      const texts = Array.from({ length: 1 + random.below(MAX_RECORD_COUNT) }, () => `w${this.recordCount++}`)
      return () => this.write(place, texts)
    })
    this.begin(steps, random.below(ABORT_ONE_IN) > 0)
  }
}
