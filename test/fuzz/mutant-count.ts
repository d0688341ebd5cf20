/** How many mutants a run makes: `FUZZ=10000000` makes so many in all. @module */
const DEFAULT_COUNT = 300_000
const total = Number(process.env.FUZZ ?? DEFAULT_COUNT)

/** What each of the fuzz tests makes of them. */
const shares = { codec: 0.2, frames: 0.3, batches: 0.45, lobby: 0.05 }

/** The mutants of one test, and the time that it may take on a slow machine. */
export function mutantsOf(test: keyof typeof shares): { readonly count: number; readonly timeoutMs: number } {
  const count = Math.ceil(total * shares[test])
  return { count, timeoutMs: 10_000 + count }
}
