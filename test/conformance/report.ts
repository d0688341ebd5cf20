/** One line for each check, and the counts of them all. @module */

/** Longer reasons are cut: the line is to be read. */
const REASON_LENGTH = 600
/** What hangs, fails. */
const CHECK_MS = 300_000

export class Report {
  passed = 0
  failed = 0
  skipped = 0

  /** Runs `body`, which throws where the check fails. Answers what it made, or null where it failed. */
  async check<T>(name: string, body: () => T | Promise<T>): Promise<T | null> {
    const { promise: late, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(() => reject(new Error(`not done in ${CHECK_MS} ms`)), CHECK_MS)
    try {
      const made = await Promise.race([body(), late])
      this.ok(name)
      return made
    } catch (error) {
      this.fail(name, error)
      return null
    } finally {
      clearTimeout(timer)
    }
  }

  ok(name: string): void {
    this.passed++
    console.log(`ok ${name}`)
  }

  /** `reason` is what was thrown, or a text. */
  fail(name: string, reason: unknown): void {
    this.failed++
    const line = (reason instanceof Error ? reason.message : String(reason)).trim().replaceAll(/\s+/g, ' ')
    console.log(`FAIL ${name}: ${line.length > REASON_LENGTH ? `${line.slice(0, REASON_LENGTH)} …` : line}`)
  }

  skip(name: string, reason: string): void {
    this.skipped++
    console.log(`skipped ${name}: ${reason}`)
  }

  /** Checks that another program has made and told of. */
  add(counts: { readonly passed: number; readonly failed: number; readonly skipped: number }): void {
    this.passed += counts.passed
    this.failed += counts.failed
    this.skipped += counts.skipped
  }

  get summary(): string {
    return `${this.passed} passed, ${this.failed} failed, ${this.skipped} skipped`
  }
}
