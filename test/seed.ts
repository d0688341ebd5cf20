/** The seed of tests that choose at random: `SEED` from the environment repeats a run. @module */
export const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32))

/** Runs `trial` and, where it fails, says how to repeat it. */
export function withSeed(what: string | (() => string), trial: () => void): void {
  try {
    trial()
  } catch (error) {
    throw new Error(`${typeof what === 'string' ? what : what()}; SEED=${seed} repeats it`, { cause: error })
  }
}
