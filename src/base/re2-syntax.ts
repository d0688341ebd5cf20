/** RE2's syntax, as it is with all of Perl's that it knows: what it says, without what it captures. @module */
import {
  codePointOf,
  controls,
  inAnyCase,
  negatedIf,
  perlSets,
  posixSets,
  type Test,
  unicodeSet,
} from './re2-characters.ts'

export type Expression =
  | { readonly kind: 'character'; readonly takes: Test }
  | { readonly kind: 'assertion'; readonly holds: (text: readonly number[], at: number) => boolean }
  | { readonly kind: 'sequence'; readonly parts: readonly Expression[] }
  | { readonly kind: 'alternatives'; readonly of: readonly Expression[] }
  /** A max of null is none. */
  | { readonly kind: 'repetition'; readonly of: Expression; readonly min: number; readonly max: number | null }

const MAX_DEPTH = 1000
const MAX_REPETITIONS = 1000
/** Of a group's name, or a class's. */
const MAX_TOKEN = 256
const MAX_CODE_POINT = 0x10ffff
const NEWLINE = 10

class SyntaxFault extends Error {
  override readonly name = 'SyntaxFault'
}

/** Null where `pattern` is no regular expression. */
export function parseRe2(pattern: string): Expression | null {
  try {
    return new Parser(pattern).parse()
  } catch (error) {
    if (error instanceof SyntaxFault) return null
    throw error
  }
}

interface Flags {
  readonly i: boolean
  readonly m: boolean
  readonly s: boolean
  readonly U: boolean
}

class Parser {
  private readonly characters: readonly string[]
  private position = 0
  private depth = 0
  private flags: Flags = { i: false, m: false, s: false, U: false }

  constructor(pattern: string) {
    this.characters = Array.from(pattern)
  }

  parse(): Expression {
    const expression = this.alternatives()
    if (this.position < this.characters.length) throw new SyntaxFault('an unexpected )')
    return expression
  }

  private peek(): string | undefined {
    return this.characters[this.position]
  }
  private next(): string {
    const character = this.characters[this.position++]
    if (character === undefined) throw new SyntaxFault('more was expected')
    return character
  }
  /** Takes `text` if it comes next. */
  private take(text: string): boolean {
    for (let at = 0; at < text.length; at++) if (this.characters[this.position + at] !== text[at]) return false
    this.position += text.length
    return true
  }
  /** Takes what `pattern` finds where it begins with `^`, or nothing. */
  private takeMatch(pattern: RegExp): RegExpExecArray | null {
    const found = pattern.exec(this.characters.slice(this.position, this.position + MAX_TOKEN).join(''))
    if (found) this.position += Array.from(found[0]).length
    return found
  }

  private alternatives(): Expression {
    if (++this.depth > MAX_DEPTH) throw new SyntaxFault('nested too deeply')
    const of = [this.sequence()]
    while (this.take('|')) of.push(this.sequence())
    this.depth--
    const [only] = of
    return only && of.length === 1 ? only : { kind: 'alternatives', of }
  }

  private sequence(): Expression {
    const parts: Expression[] = []
    for (let next = this.peek(); next !== undefined && next !== '|' && next !== ')'; next = this.peek()) {
      if (this.take('\\Q')) parts.push(...this.quoted())
      else {
        const part = this.part()
        if (part) parts.push(this.repeated(part))
      }
    }
    return { kind: 'sequence', parts }
  }

  private *quoted(): Generator<Expression> {
    while (this.peek() !== undefined && !this.take('\\E')) {
      const one = this.literal(codePointOf(this.next()))
      const isLast = this.peek() === undefined || this.take('\\E')
      if (isLast) {
        yield this.repeated(one)
        return
      }
      yield one
    }
  }

  /** `part` with the quantifier that stands behind it. Whether it is greedy makes no difference to what matches. */
  private repeated(part: Expression): Expression {
    const range = this.quantifier()
    if (!range) return part
    this.take('?')
    if (this.quantifier()) throw new SyntaxFault('two quantifiers')
    return { kind: 'repetition', of: part, ...range }
  }

  private quantifier(): { readonly min: number; readonly max: number | null } | null {
    if (this.take('*')) return { min: 0, max: null }
    if (this.take('+')) return { min: 1, max: null }
    if (this.take('?')) return { min: 0, max: 1 }
    const counts = this.takeMatch(/^\{(\d+)(?:(,)(\d*))?\}/)
    if (!counts) return null
    const [, from = '', comma, to] = counts
    const min = Number(from)
    const max = comma === undefined ? min : to ? Number(to) : null
    if (Math.max(min, max ?? 0) > MAX_REPETITIONS || (max !== null && max < min)) throw new SyntaxFault('a wrong count')
    return { min, max }
  }

  /** Null where it is nothing but flags. */
  private part(): Expression | null {
    const character = this.next()
    switch (character) {
      case '(':
        return this.group()
      case '[':
        return this.characterClass()
      case '.':
        return { kind: 'character', takes: this.flags.s ? () => true : one => one !== NEWLINE }
      case '^':
        return assertion(this.flags.m ? isLineStart : isTextStart)
      case '$':
        return assertion(this.flags.m ? isLineEnd : isTextEnd)
      case '*':
      case '+':
      case '?':
        throw new SyntaxFault('a quantifier of nothing')
      case '\\':
        return this.escape()
      default:
        return this.literal(codePointOf(character))
    }
  }

  private literal(codePoint: number): Expression {
    return this.character(one => one === codePoint)
  }
  private character(takes: Test): Expression {
    return { kind: 'character', takes: this.flags.i ? inAnyCase(takes) : takes }
  }

  private group(): Expression | null {
    const outer = this.flags
    if (this.take('?')) {
      if (!this.takeMatch(/^P?<[A-Za-z0-9_]+>/)) {
        this.flags = this.flagged()
        if (this.take(')')) return null
        if (!this.take(':')) throw new SyntaxFault('an unknown group')
      }
    }
    const inner = this.alternatives()
    if (!this.take(')')) throw new SyntaxFault('a missing )')
    this.flags = outer
    return inner
  }

  private flagged(): Flags {
    const [, on = '', minus, off = ''] = this.takeMatch(/^([imsU]*)(?:(-)([imsU]+))?/) ?? []
    if (on === '' && minus === undefined && this.peek() === ')') throw new SyntaxFault('no flags')
    const flags = { ...this.flags }
    for (const flag of on) Object.assign(flags, { [flag]: true })
    for (const flag of off) Object.assign(flags, { [flag]: false })
    return flags
  }

  private escape(): Expression {
    if (this.take('A')) return assertion(isTextStart)
    if (this.take('z')) return assertion(isTextEnd)
    if (this.take('b')) return assertion(isWordBoundary)
    if (this.take('B')) return assertion((text, at) => !isWordBoundary(text, at))
    const set = this.escapedSet()
    return set ? this.character(set) : this.literal(this.escapedCharacter())
  }

  /** \d and its like, and \p; null where it is a single character. */
  private escapedSet(): Test | null {
    const letter = this.peek() ?? ''
    const set = perlSets.get(letter.toLowerCase())
    const isUnicode = letter === 'p' || letter === 'P'
    if (!set && !isUnicode) return null
    this.next()
    return negatedIf(letter === letter.toUpperCase(), set ?? this.namedSet())
  }

  private namedSet(): Test {
    const [, single, caret, name = single] = this.takeMatch(/^(?:([A-Z])|\{(\^?)([A-Za-z_]+)\})/) ?? []
    if (name === undefined) throw new SyntaxFault('\\p of nothing')
    const set = unicodeSet(name)
    if (!set) throw new SyntaxFault('an unknown set')
    return negatedIf(caret === '^', set)
  }

  private escapedCharacter(): number {
    const octal = this.takeMatch(/^(?:0[0-7]{0,2}|[1-7][0-7]{1,2})/)
    if (octal) return Number.parseInt(octal[0], 8)
    const hex = this.takeMatch(/^x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]+)\})/)
    if (hex) {
      const codePoint = Number.parseInt(hex[1] ?? hex[2] ?? '', 16)
      if (codePoint > MAX_CODE_POINT) throw new SyntaxFault('no such character')
      return codePoint
    }
    const character = this.next()
    const control = controls.get(character)
    if (control !== undefined) return control
    const codePoint = codePointOf(character)
    if (codePoint >= 128 || /[0-9A-Za-z]/.test(character)) throw new SyntaxFault('an unknown escape')
    return codePoint
  }

  private characterClass(): Expression {
    const isNegated = this.take('^')
    const sets: Test[] = []
    do sets.push(this.classItem())
    while (!this.take(']'))
    const takes: Test = one => sets.some(set => set(one))
    return { kind: 'character', takes: negatedIf(isNegated, this.flags.i ? inAnyCase(takes) : takes) }
  }

  private classItem(): Test {
    const named = this.takeMatch(/^\[:(\^?)([^:]*):\]/)
    if (named) {
      const set = posixSets.get(named[2] ?? '')
      if (!set) throw new SyntaxFault('an unknown class')
      return negatedIf(named[1] === '^', set)
    }
    const isEscaped = this.take('\\')
    const set = isEscaped ? this.escapedSet() : null
    if (set) return set
    const from = isEscaped ? this.escapedCharacter() : codePointOf(this.next())
    if (this.peek() !== '-' || this.characters[this.position + 1] === ']') return one => one === from
    this.next()
    const to = this.take('\\') ? this.escapedCharacter() : codePointOf(this.next())
    if (to < from) throw new SyntaxFault('a range without characters')
    return one => one >= from && one <= to
  }
}

function assertion(holds: (text: readonly number[], at: number) => boolean): Expression {
  return { kind: 'assertion', holds }
}
const isTextStart = (_: readonly number[], at: number): boolean => at === 0
const isTextEnd = (text: readonly number[], at: number): boolean => at === text.length
const isLineStart = (text: readonly number[], at: number): boolean => at === 0 || text[at - 1] === NEWLINE
const isLineEnd = (text: readonly number[], at: number): boolean => at === text.length || text[at] === NEWLINE
const isWordBoundary = (text: readonly number[], at: number): boolean => isWordAt(text, at - 1) !== isWordAt(text, at)

function isWordAt(text: readonly number[], at: number): boolean {
  const codePoint = text[at]
  return codePoint !== undefined && /^\w$/.test(String.fromCodePoint(codePoint))
}
