/** One line for each check, and the counts of them all. @module */

/** Longer reasons are cut: the line is to be read. */
const REASON_LENGTH = 600

export class Report {
  passed = 0
  failed = 0
  skipped = 0

  /** Runs `body`, which throws where the check fails. Answers what it made, or null. */
  async check<T>(name: string, body: () => T | Promise<T>): Promise<T | null> {
    try {
      const made = await body()
      this.ok(name)
      return made
    } catch (error) {
      this.fail(name, error instanceof Error ? error.message : String(error))
      return null
    }
  }

  ok(name: string): void {
    this.passed++
    console.log(`ok ${name}`)
  }

  fail(name: string, reason: string): void {
    this.failed++
    const line = reason.trim().replaceAll(/\s+/g, ' ')
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
