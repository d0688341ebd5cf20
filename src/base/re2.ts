/**
 * Regular expressions as Kafka takes them from clients, in RE2's syntax and in its time: proportional to the text, whatever
 * the pattern. JavaScript's own go back and forth, and take forever for some patterns that a client may send.
 * @module
 */
import { codePointOf, type Test } from './re2-characters.ts'
import { type Expression, parseRe2 } from './re2-syntax.ts'

export type Matcher = (text: string) => boolean

/** Of a pattern with all its repetitions counted out; RE2 limits those, too. Each may cost a step at each character. */
const MAX_STATES = 1000
/** Of a pattern as it is written. */
const MAX_PATTERN_LENGTH = 10_000

/** What matches the whole of a text, or null where `pattern` is none, or one that is too large. */
export function fullMatcher(pattern: string): Matcher | null {
  const expression = pattern.length > MAX_PATTERN_LENGTH ? null : parseRe2(pattern)
  if (!expression) return null
  const graph = new Graph()
  const start = graph.stateFor(expression, END)
  if (graph.stateCount > MAX_STATES) return null
  return text => matches(start, Array.from(text, codePointOf))
}

/** A state of the automaton: it goes on after a character, or at once, everywhere or where an assertion holds. */
interface State {
  readonly takes?: Test
  readonly holds?: (text: readonly number[], at: number) => boolean
  /** The next states; a loop's own is added when there is one. */
  readonly next: State[]
}

const END: State = { next: [] }

class Graph {
  stateCount = 0

  /** The first state of `expression`, which goes on with `next`. */
  stateFor(expression: Expression, next: State): State {
    switch (expression.kind) {
      case 'character':
        return this.state({ takes: expression.takes, next: [next] })
      case 'assertion':
        return this.state({ holds: expression.holds, next: [next] })
      case 'sequence':
        return expression.parts.reduceRight((after, part) => this.stateFor(part, after), next)
      case 'alternatives':
        return this.state({ next: expression.of.map(one => this.stateFor(one, next)) })
      case 'repetition':
        return this.repetition(expression, next)
    }
  }

  private repetition({ of, min, max }: Extract<Expression, { kind: 'repetition' }>, next: State): State {
    let first = next
    if (max === null) {
      first = this.state({ next: [next] })
      first.next.push(this.stateFor(of, first))
    }
    for (let count = max ?? min; count > 0 && this.stateCount <= MAX_STATES; count--) {
      const again = this.stateFor(of, first)
      // What is empty is so however often it comes.
      if (again === first) break
      first = count > min ? this.state({ next: [next, again] }) : again
    }
    return first
  }

  private state(state: State): State {
    this.stateCount++
    return state
  }
}

/** Follows all ways through the automaton at once. */
function matches(start: State, text: readonly number[]): boolean {
  let reached = reachable([start], text, 0)
  for (let at = 0; at < text.length && reached.size > 0; at++) {
    const character = text[at] ?? 0
    const next: State[] = []
    for (const state of reached) if (state.takes?.(character)) next.push(...state.next)
    reached = reachable(next, text, at + 1)
  }
  return reached.has(END)
}

/** The states that are reached from `from` without a character. */
function reachable(from: State[], text: readonly number[], at: number): Set<State> {
  const reached = new Set<State>()
  for (let state = from.pop(); state; state = from.pop()) {
    if (reached.has(state)) continue
    reached.add(state)
    if (!state.takes && (!state.holds || state.holds(text, at))) from.push(...state.next)
  }
  return reached
}
