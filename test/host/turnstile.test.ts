import { afterEach, beforeEach, expect, jest, spyOn, test } from 'bun:test'
import type { ClientSocket, Guest } from '../../src/host/listen.ts'
import { Turnstile } from '../../src/host/turnstile.ts'
import { bytes } from './directory.ts'

let nowMs = 0

beforeEach(() => {
  jest.useFakeTimers()
  spyOn(performance, 'now').mockImplementation(() => nowMs)
})
afterEach(() => {
  jest.restoreAllMocks()
  jest.useRealTimers()
})

/** Lets time pass. */
function advance(ms: number): void {
  for (let left = ms; left > 0; left--) {
    nowMs++
    jest.advanceTimersByTime(1)
  }
}

/** Two a second, and four at once. */
const SLOW = { maxConnectionCreationRate: 2, quotaWindowSeconds: 2 }
const NO_LIMIT = 2 ** 31 - 1

/** Connections that come to a turnstile, and what becomes of each: 'a +hello' is that 'a' has entered and said hello. */
class Entrance {
  readonly events: string[] = []
  private readonly turnstile: Turnstile

  constructor(limits = SLOW) {
    this.turnstile = new Turnstile(limits)
  }

  come(name: string): { readonly socket: ClientSocket; readonly guest: Guest } {
    const note = (event: string) => void this.events.push(`${name} ${event}`)
    const used: Partial<ClientSocket> = {
      pause: () => note('pauses'),
      resume: () => note('resumes'),
      terminate: () => note('is terminated'),
    }
    // Nothing else is asked of it.
    const socket = used as ClientSocket
    const entered: Guest = {
      received: chunk => note(`says ${Buffer.from(chunk)}`),
      writable: () => {},
      ended: () => note('has said all'),
      closed: () => note('closes'),
    }
    const enter = () => {
      note('enters')
      return entered
    }
    const guest = this.turnstile.admit({ socket, enter, left: () => note('leaves') })
    return { socket, guest }
  }

  /** The events since this was asked last. */
  next(): string[] {
    return this.events.splice(0)
  }

  close(): void {
    this.turnstile.close()
  }
}

function crowd(entrance: Entrance, names: string) {
  return [...names].map(name => entrance.come(name))
}

test('as many come in at once as the window has room for; the others stop', () => {
  const entrance = new Entrance()
  crowd(entrance, 'abcdef')
  expect(entrance.next()).toEqual(['a enters', 'b enters', 'c enters', 'd enters', 'e pauses', 'f pauses'])
})

test('who waits comes in when its turn is, in order, and is heard with all that it has said', () => {
  const entrance = new Entrance()
  const [, , , , e, f] = crowd(entrance, 'abcdef')
  e?.guest.received(bytes('he'))
  e?.guest.received(bytes('llo'))
  entrance.next()
  advance(499)
  expect(entrance.next()).toEqual([])
  advance(1)
  expect(entrance.next()).toEqual(['e enters', 'e resumes', 'e says hello'])
  advance(500)
  expect(entrance.next()).toEqual(['f enters', 'f resumes'])
  f?.socket.data?.received(bytes('me too'))
  expect(entrance.next()).toEqual(['f says me too'])
})

test('what one has said who then has said all is heard, and that it was all', () => {
  const entrance = new Entrance()
  const e = crowd(entrance, 'abcde').at(-1)
  e?.guest.received(bytes('hello'))
  e?.guest.ended()
  entrance.next()
  advance(500)
  expect(entrance.next()).toEqual(['e enters', 'e resumes', 'e says hello', 'e has said all'])
})

test('what comes though the socket is to pause is kept, and it is to pause again', () => {
  const entrance = new Entrance()
  const e = crowd(entrance, 'abcde').at(-1)
  entrance.next()
  e?.guest.received(bytes('x'))
  expect(entrance.next()).toEqual(['e pauses'])
})

test('nobody overtakes who waits, though there is room again', () => {
  const entrance = new Entrance()
  crowd(entrance, 'abcde')
  entrance.next()
  nowMs += 1000
  entrance.come('f')
  expect(entrance.next()).toEqual(['f pauses'])
})

test('no more room is saved up than the window has', () => {
  const entrance = new Entrance()
  nowMs += 60_000
  crowd(entrance, 'abcde')
  expect(entrance.next().at(-1)).toBe('e pauses')
})

test('who goes before its turn has left, and keeps nobody from coming in', () => {
  const entrance = new Entrance()
  const e = crowd(entrance, 'abcdef').at(4)
  entrance.next()
  e?.guest.closed()
  advance(500)
  expect(entrance.next()).toEqual(['e leaves', 'f enters', 'f resumes'])
})

test('with a rate of 0 nobody comes in, until there is another within a second', () => {
  const limits = { ...SLOW, maxConnectionCreationRate: 0 }
  const entrance = new Entrance(limits)
  crowd(entrance, 'ab')
  advance(5000)
  expect(entrance.next()).toEqual(['a pauses', 'b pauses'])
  limits.maxConnectionCreationRate = NO_LIMIT
  advance(1000)
  expect(entrance.next()).toEqual(['a enters', 'a resumes', 'b enters', 'b resumes'])
})

test('one that closes turns away who waits, and lets nobody in any more', () => {
  const entrance = new Entrance()
  crowd(entrance, 'abcdef')
  entrance.next()
  entrance.close()
  expect(entrance.next()).toEqual(['e is terminated', 'f is terminated'])
  advance(2000)
  expect(entrance.next()).toEqual([])
})
