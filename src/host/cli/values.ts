/**
 * The values that flags and variables take. Each function throws a UsageError that names `as`, what the value was given
 * to.
 * @module
 */
import { MAX_PORT, type Settings, UsageError } from '../config.ts'

/** What is not empty. `wanted` describes it. */
export function anyText(text: string, as: string, wanted: string): string {
  if (text === '') throw new UsageError(`${as} wants ${wanted}`)
  return text
}

/** An address or a name to listen on. IPv6 may stand in brackets, as it does where a port follows. */
export function hostOf(text: string, as: string): string {
  const host = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text
  if (host === '*') throw new UsageError(`${as} wants an address, not '*': 0.0.0.0 and :: stand for all`)
  return anyText(host, as, "an address, as in '0.0.0.0'")
}

export function portOf(text: string, as: string): number {
  const port = Number(text)
  if (!isDigits(text) || port > MAX_PORT) {
    throw new UsageError(`${as} wants a number from 0 to ${MAX_PORT}, not '${text}'`)
  }
  return port
}

/** A pattern would be compiled before the port can be bound. */
function isDigits(text: string): boolean {
  for (const character of text) if (character < '0' || character > '9') return false
  return text !== ''
}

const MAX_INT32 = 2 ** 31 - 1

export function wholeNumberOf(text: string, as: string): number {
  const number = Number(text)
  if (!isDigits(text) || number > MAX_INT32) {
    throw new UsageError(`${as} wants a number from 0 to ${MAX_INT32}, not '${text}'`)
  }
  return number
}

export function switchOf(text: string, as: string): boolean {
  const word = text.toLowerCase()
  if (word === 'true' || word === '1') return true
  if (word === 'false' || word === '0') return false
  throw new UsageError(`${as} wants true or false, not '${text}'`)
}

const MIN_BYTES = 1024 ** 2
const UNITS = ['', 'k', 'm', 'g', 't']

/** Bytes: a number with a unit or without, as in 1048576, 512m, 2GiB. Units are powers of 1024. */
export function sizeOf(text: string, as: string): number {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(text) ?? []
  const bytes = Math.floor(Number(digits) * 1024 ** UNITS.indexOf(unit.toLowerCase()))
  if (digits === '' || bytes < MIN_BYTES || !Number.isSafeInteger(bytes)) {
    throw new UsageError(`${as} wants a size of 1m or more, as in 512m or 2g, not '${text}'`)
  }
  return bytes
}

/** HOST:PORT, where clients can reach us. IPv6 stands in brackets. */
export function advertisedOf(text: string, as: string): Settings['advertised'] {
  const [, address, name, digits] = /^(?:\[([^[\]]+)\]|([^:[\]\s/]+)):(\d{1,5})$/.exec(text) ?? []
  const host = address ?? name
  const port = Number(digits)
  if (host === undefined || !(port >= 1 && port <= MAX_PORT)) {
    throw new UsageError(`${as} wants HOST:PORT, as in 'broker.local:9092', not '${text}'`)
  }
  if (host === '0.0.0.0' || host === '::' || host === '*') {
    throw new UsageError(`${as} wants an address that clients can reach: ${host} is none`)
  }
  return { host, port }
}
