/**
 * Asks the doors from within the process. What a client over a connection gets from them, this one gets too: the same
 * request in the same version, read by the same codec, decided in a turn; only its answer is taken before it becomes bytes.
 * @module
 */
import { isParked } from '../api/api.ts'
import { LENGTH_BYTES, writeRequest } from '../wire/frame.ts'
import type { Contract, Draft, Fields } from '../wire/schema.ts'
import { Writer } from '../wire/writer.ts'
import type { Dispatcher } from './dispatch.ts'
import type { Caller } from './peer.ts'
import type { Turns } from './session.ts'

/** The client is closed: the broker stops. */
export class LocalClientClosed extends Error {
  override readonly name = 'LocalClientClosed'
}

export class LocalClient {
  private isClosed = false

  constructor(
    private readonly turns: Pick<Turns, 'turn' | 'commit'>,
    private readonly dispatcher: Dispatcher,
    private readonly caller: Caller,
  ) {}

  /**
   * What `take` makes of the answer. It is called within the turn: byte views in the answer are good until it returns.
   * The promise is rejected with LocalClientClosed, MalformedError where the API is not served in `version`, what `take`
   * throws, and whatever is a bug of ours.
   */
  call<Q extends Fields, S extends Fields, T>(
    contract: Contract<Q, S>,
    version: number,
    request: Draft<Q>,
    take: (answer: Draft<S>) => T,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.isClosed) throw new LocalClientClosed(`${contract.name}: the broker stops`)
      // The dispatcher has the answer of this contract's own handler, and `api` has seen to its type.
      const answered = (answer: object) => resolve(take(answer as Draft<S>))
      this.turns.turn(() => {
        const answer = this.dispatcher.open(this.frameOf(contract, version, request), this.caller).decide()
        if (isParked(answer)) answer.onAnswer(taken(answered, reject), reject)
        else {
          this.turns.commit()
          answered(answer)
        }
      })
    })
  }

  /** Whoever asks from now on is refused. */
  close(): void {
    this.isClosed = true
  }

  private frameOf<Q extends Fields>(contract: Contract<Q>, version: number, request: Draft<Q>): Uint8Array {
    const writer = new Writer()
    writeRequest(writer, contract, version, { correlationId: 0, clientId: this.caller.name }, request)
    return writer.toBytes().subarray(LENGTH_BYTES)
  }
}

/** Later answers come in the turns of others, who must not meet our errors. */
function taken(answered: (answer: object) => void, failed: (error: unknown) => void): (answer: object) => void {
  return answer => {
    try {
      answered(answer)
    } catch (error) {
      failed(error)
    }
  }
}
