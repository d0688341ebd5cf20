/** The characters that RE2's classes and escapes name. @module */

/** Whether a code point is one of a set. */
export type Test = (codePoint: number) => boolean

export function codePointOf(character: string): number {
  return character.codePointAt(0) ?? 0
}

export function negatedIf(isNegated: boolean, test: Test): Test {
  return isNegated ? one => !test(one) : test
}

export function inAnyCase(test: Test): Test {
  return one => {
    const character = String.fromCodePoint(one)
    return test(one) || test(codePointOf(character.toLowerCase())) || test(codePointOf(character.toUpperCase()))
  }
}

export const controls = new Map([
  ['a', 7],
  ['f', 12],
  ['n', 10],
  ['r', 13],
  ['t', 9],
  ['v', 11],
])

const tested =
  (set: RegExp): Test =>
  one =>
    set.test(String.fromCodePoint(one))

export const perlSets = new Map([
  ['d', tested(/^[0-9]$/)],
  ['s', tested(/^[\t\n\f\r ]$/)],
  ['w', tested(/^[0-9A-Za-z_]$/)],
])

export const posixSets = new Map<string, Test>([
  ['alnum', tested(/^[0-9A-Za-z]$/)],
  ['alpha', tested(/^[A-Za-z]$/)],
  ['ascii', one => one < 128],
  ['blank', tested(/^[\t ]$/)],
  ['cntrl', one => one < 32 || one === 127],
  ['digit', tested(/^[0-9]$/)],
  ['graph', tested(/^[!-~]$/)],
  ['lower', tested(/^[a-z]$/)],
  ['print', tested(/^[ -~]$/)],
  ['punct', tested(/^[!-/:-@[-`{-~]$/)],
  ['space', tested(/^[\t-\r ]$/)],
  ['upper', tested(/^[A-Z]$/)],
  ['word', tested(/^[0-9A-Za-z_]$/)],
  ['xdigit', tested(/^[0-9A-Fa-f]$/)],
])

const categories = /^(C[cfos]?|L[lmotu]?|M[cen]?|N[dlo]?|P[cdefios]?|S[ckmo]?|Z[lps]?|Any)$/

/** The characters of a general category or of a script, or null where there is none of that name. */
export function unicodeSet(name: string): Test | null {
  const property = categories.test(name) ? name : `Script=${name}`
  try {
    return tested(new RegExp(`^\\p{${property}}$`, 'su'))
  } catch {
    return null
  }
}
