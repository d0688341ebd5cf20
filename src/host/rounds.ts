/** Who waits so that others are served. @module */

/** Comes back in the next round of the event loop, after every socket has been looked at. */
export function nextRound(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}

/**
 * One of those who wait goes on in each round of the event loop; between two rounds every socket is looked at. However
 * many have much to ask, somebody with one request waits for one of them and not for all.
 */
export class Rounds {
  private readonly waiting: (() => void)[] = []

  wait(goOn: () => void): void {
    if (this.waiting.push(goOn) === 1) this.comeBack()
  }

  private comeBack(): void {
    setImmediate(() => {
      const goOn = this.waiting.shift()
      if (this.waiting.length > 0) this.comeBack()
      goOn?.()
    })
  }
}
