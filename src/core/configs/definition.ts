/**
 * One config: its type, what it accepts, and how its text becomes a value (ConfigDef).
 * @module
 */

import type { ErrorCode } from '../../wire/errors.ts'
import { asciiDigits, javaDouble, javaTrim, wordsBetweenCommas } from './java-text.ts'

/** Why a set of configs is not taken. */
export interface ConfigRefusal {
  readonly errorCode: ErrorCode
  readonly message: string
}

/** Type → the number under which DescribeConfigs v3+ answers it. */
export const ConfigTypeCode = {
  unknown: 0,
  boolean: 1,
  string: 2,
  int: 3,
  short: 4,
  long: 5,
  double: 6,
  list: 7,
  class: 8,
  password: 9,
} as const

export type ConfigType = keyof typeof ConfigTypeCode

export interface Definition {
  readonly name: string
  readonly type: ConfigType
  /** Cannot change while the broker runs. */
  readonly isReadOnly: boolean
  /** Described only where it is set. */
  readonly isInternal: boolean
  readonly default: string | null
  /** The broker's config whose value holds where this one is not set. */
  readonly synonym: string | null
  /** A range or values, as table.ts writes them; `*`: whatever the type allows. */
  readonly accepts: string
}

/** Why `text` is no value of the config, in Kafka's words, or null. */
export function refusal(definition: Definition, text: string): string | null {
  const { name, type, accepts } = definition
  const unfit = misfit(definition, javaTrim(text))
  if (unfit !== null) return invalid(name, text, unfit)
  if (accepts === 'replicas') return replicasRefusal(name, textToList(text))
  if (accepts.includes('..')) {
    const outside = rangeRefusal(accepts, type === 'double' ? textToDouble(text) : textToNumber(text))
    return outside && invalid(name, canonicalText(definition, text), outside)
  }
  for (const word of type === 'list' ? textToList(text) : [javaTrim(text)]) {
    if (type === 'list' && word === '') return `Configuration '${name}' values must not be empty.`
    if (accepts !== '*' && !isChoice(accepts, word)) return invalid(name, word, choiceRefusal(accepts))
  }
  return null
}

/** The text that Kafka shows for a value: trimmed, numbers as Java prints them, lists without blanks or repetitions. */
export function canonicalText({ type, accepts }: Definition, text: string): string {
  const trimmed = javaTrim(text)
  if (type === 'boolean') return trimmed.toLowerCase()
  if (type === 'int' || type === 'short' || type === 'long') return textToLong(trimmed).toString()
  if (type === 'double') return javaDouble(textToDouble(trimmed))
  if (type !== 'list') return trimmed
  const words = textToList(trimmed)
  return (accepts === 'replicas' ? words : [...new Set(words)]).join(',')
}

export function textToBoolean(text: string): boolean {
  return javaTrim(text).toLowerCase() === 'true'
}

/** Of an integer. Long.MAX is 2 ** 63, as in the wire's int64. */
export function textToNumber(text: string): number {
  return Number(asciiDigits(javaTrim(text)))
}

/** Of an integer, to the last digit. */
export function textToLong(text: string): bigint {
  return BigInt(asciiDigits(javaTrim(text)))
}

/** Java lets a double end with its type. */
export function textToDouble(text: string): number {
  return Number(javaTrim(text).replace(/[fd]$/i, ''))
}

export function textToList(text: string): string[] {
  const trimmed = javaTrim(text)
  return trimmed === '' ? [] : wordsBetweenCommas(trimmed)
}

/** As much of a client's text as an error message repeats, however much there is. */
export function excerpt(text: string): string {
  return text.length <= 256 ? text : `${text.slice(0, 256)}…`
}

function invalid(name: string, shown: string, why: string): string {
  return `Invalid value ${excerpt(shown)} for configuration ${name}: ${why}`
}

/** Why `text` is not of the type, or null. */
function misfit({ type, default: fallback }: Definition, text: string): string | null {
  switch (type) {
    case 'boolean':
      return /^(true|false)$/i.test(text) ? null : 'Expected value to be either true or false'
    case 'short':
      return isInteger(text, 16n) ? null : 'Not a number of type SHORT'
    case 'int':
      return isInteger(text, 32n) ? null : 'Not a number of type INT'
    case 'long':
      return isInteger(text, 64n) ? null : 'Not a number of type LONG'
    case 'double':
      return javaDoublePattern.test(text) ? null : 'Not a number of type DOUBLE'
    case 'class':
      // Classes are Java's: there is none here but the one that Kafka would take anyway.
      return text === fallback ? null : `Class ${excerpt(text)} could not be found.`
    default:
      return null
  }
}

const javaDoublePattern = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?[fd]?$/i

/** Decimal digits of any script, as asciiDigits knows them. Nineteen, but for zeros before them, bound the work. */
const javaIntegerPattern = /^[+\-]?0*[\p{Nd}--[\u{10000}-\u{10FFFF}]]{1,19}$/v

/** Whether `text`, trimmed, is an integer that fits into `bits` bits. */
export function isInteger(text: string, bits: bigint): boolean {
  if (!javaIntegerPattern.test(text)) return false
  const most = 1n << (bits - 1n)
  const number = textToLong(text)
  return number >= -most && number < most
}

/** Of `least..`, `least..most` and `single|least..most`, which stands for one value more. */
function rangeRefusal(accepts: string, value: number): string | null {
  const [range = '', single] = accepts.split('|').reverse()
  const [least = '', most = ''] = range.split('..')
  const isBelow = value < Number(least)
  const isAbove = most !== '' && value > Number(most)
  if (single !== undefined) {
    const isAccepted = value === Number(single) || !(isBelow || isAbove)
    return isAccepted ? null : `Value must be between ${least} and ${most} or equal to ${single}`
  }
  if (isBelow) return `Value must be at least ${least}`
  return isAbove ? `Value must be no more than ${most}` : null
}

function isChoice(accepts: string, word: string): boolean {
  return accepts.startsWith('~')
    ? accepts.slice(1).split('|').includes(word.toUpperCase())
    : accepts.split('|').includes(word)
}

function choiceRefusal(accepts: string): string {
  const inAnyCase = accepts.startsWith('~')
  const choices = accepts.replace('~', '').replaceAll('|', ', ')
  return `String must be one of${inAnyCase ? ' (case insensitive)' : ''}: ${choices}`
}

/** ThrottledReplicaListValidator, to which words that are empty say nothing. */
function replicasRefusal(name: string, words: readonly string[]): string | null {
  const replicas = words.map(javaTrim).filter(word => word !== '')
  if (replicas.join() === '*' || replicas.every(word => /^\d+:\d+$/.test(word))) return null
  const form = '[partitionId]:[brokerId],[partitionId]:[brokerId],...'
  const wanted = `${name} must be the literal '*' or a list of replicas in the following format: ${form}`
  return invalid(name, `[${words.join(', ')}]`, wanted)
}
