/** What Linux says of a process. @module */
import { readdirSync, readFileSync } from 'node:fs'

/** A tick of /proc is 10 ms on every Linux of our time (USER_HZ). */
export const TICK_MS = 10
const KIB = 1024

/** The processor time that a process has had, user and system, in ticks. */
export function cpuTicks(pid: number): number {
  const fields = statFields(pid)
  const [user, system] = [Number(fields[11]), Number(fields[12])]
  return user + system
}

/**
 * Whether a process runs: neither gone, nor dead and not yet waited for. Its first thread may be dead before the others,
 * who keep its files open.
 */
export function isRunning(pid: number): boolean {
  try {
    return statFields(pid)[0] !== 'Z' || readdirSync(`/proc/${pid}/task`).length > 1
  } catch {
    return false
  }
}

/** The fields of /proc/PID/stat from the state on; the name before it may hold anything. */
function statFields(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

export interface Memory {
  readonly residentBytes: number
  /** What is in no file: heap and stacks. */
  readonly anonymousBytes: number
}

export function memoryOf(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const bytesOf = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * KIB
  return { residentBytes: bytesOf('VmRSS'), anonymousBytes: bytesOf('RssAnon') }
}
