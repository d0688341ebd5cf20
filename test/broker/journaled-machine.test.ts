import { describe, expect, test } from 'bun:test'
import { type Hall, JournaledMachine, type MachineKind } from '../../src/broker/journaled-machine.ts'
import { Purgatory } from '../../src/broker/purgatory.ts'
import { Timers } from '../../src/broker/timers.ts'
import { JournalError } from '../../src/core/machine.ts'
import { openLog } from '../log/fixture.ts'
import { SimClock } from '../sim/clock.ts'
import { SimDisk } from '../sim/disk.ts'

/**
 * Keeps a number: it can be added to, now or later, and somebody may wait for the next change. An odd number is not to stay:
 * somebody else is to make it even.
 */
type Command =
  | { readonly type: 'add'; readonly amount: number }
  | { readonly type: 'addAt'; readonly atMs: number | null; readonly amount: number }
  | { readonly type: 'wait'; readonly waiter: string }
  | { readonly type: 'refused'; readonly command: Command }

interface Counter {
  sum: number
  waiter: string | null
  refusedCount: number
}

interface Reply {
  readonly sum: number
}

interface MakeEven {
  readonly type: 'makeEven'
}
const makeEven: MakeEven = { type: 'makeEven' }
const isOdd = (sum: number) => sum % 2 === 1

const text = new TextEncoder()
type CounterKind = MachineKind<Counter, Command, number, Reply, MakeEven>
const counter: CounterKind = {
  machine: {
    initial: () => ({ sum: 0, waiter: null, refusedCount: 0 }),
    replay: (state, amount) => {
      state.sum += amount
    },
    resume: ({ sum }) => (isOdd(sum) ? [makeEven] : []),
    decide: (state, command) => {
      switch (command.type) {
        case 'add': {
          const reply = { sum: state.sum + command.amount }
          return {
            records: [command.amount],
            replies: [['', reply], ...(state.waiter ? [[state.waiter, reply] as const] : [])],
            effects: isOdd(reply.sum) ? [makeEven] : [],
          }
        }
        case 'addAt':
          return { timers: [['add', command.atMs, { type: 'add', amount: command.amount }]] }
        case 'wait':
          state.waiter = command.waiter
          return {}
        case 'refused':
          state.refusedCount++
          return {}
      }
    },
  },
  format: {
    // Each record has a key of its own: nothing takes the place of another.
    write: amount => ({ key: text.encode(`${amount}`), value: Uint8Array.of(amount) }),
    reader: () => (_, value) => value?.[0] ?? 0,
  },
  journalRefused: command => ({ type: 'refused', command }),
  perform: () => {},
}

function setUp(disk = new SimDisk(), perform: CounterKind['perform'] = counter.perform) {
  const clock = new SimClock(0)
  const timers = new Timers(clock)
  const purgatory = new Purgatory(timers)
  const warnings: string[] = []
  let turnCount = 0
  const hall: Hall = {
    purgatory,
    timers,
    now: () => clock.now(),
    append: (log, batches) => log.append(batches, clock.now()) !== null,
    turn: work => {
      turnCount++
      work()
      purgatory.settle()
    },
    warn: message => warnings.push(message),
  }
  const machine = new JournaledMachine({ ...counter, perform }, openLog(disk), hall)
  const refuseWrites = (isRefused: boolean) => {
    disk.fault = operation => (isRefused && operation === 'write' ? 'EIO' : null)
  }
  return { disk, clock, purgatory, machine, warnings, refuseWrites, turns: () => turnCount }
}

describe('a machine on its journal', () => {
  test('is what the journal holds', () => {
    const { disk, machine } = setUp()
    expect(machine.execute({ type: 'add', amount: 2 })).toEqual({ sum: 2 })
    expect(machine.execute({ type: 'add', amount: 3 })).toEqual({ sum: 5 })
    expect(setUp(disk).machine.state.sum).toBe(5)
  })

  test('is told what the journal has refused, and so is the caller', () => {
    const { disk, machine, refuseWrites } = setUp()
    refuseWrites(true)
    expect(() => machine.execute({ type: 'add', amount: 2 })).toThrow(JournalError)
    expect(machine.state).toMatchObject({ sum: 0, refusedCount: 1 })
    refuseWrites(false)
    machine.execute({ type: 'add', amount: 3 })
    expect(setUp(disk).machine.state.sum).toBe(3)
  })
})

describe('what it wants done', () => {
  /** Remembers the sums that it was asked to make even. */
  function evener() {
    const sums: number[] = []
    const perform: CounterKind['perform'] = (_, machine) => {
      sums.push(machine.state.sum)
      machine.execute({ type: 'add', amount: 7 })
    }
    return { sums, perform }
  }

  test('is done when its records are written, and before the caller goes on', () => {
    const { sums, perform } = evener()
    const { machine } = setUp(undefined, perform)
    expect(machine.execute({ type: 'add', amount: 2 })).toEqual({ sum: 2 })
    expect(machine.execute({ type: 'add', amount: 1 })).toEqual({ sum: 3 })
    expect([machine.state.sum, sums]).toEqual([10, [3]])
  })

  test('is not done where the journal refuses', () => {
    const { sums, perform } = evener()
    const { machine, refuseWrites } = setUp(undefined, perform)
    refuseWrites(true)
    expect(() => machine.execute({ type: 'add', amount: 1 })).toThrow(JournalError)
    expect(sums).toEqual([])
  })

  test('is done after a restart, as far as it was not', () => {
    const { disk, machine } = setUp()
    machine.execute({ type: 'add', amount: 3 })
    const { sums, perform } = evener()
    const loaded = setUp(disk, perform).machine
    expect(sums).toEqual([])
    loaded.resume()
    loaded.resume()
    expect([loaded.state.sum, sums]).toEqual([10, [3]])
  })
})

describe('its timers', () => {
  const addAt = (atMs: number | null, amount = 1) => ({ type: 'addAt', atMs, amount }) as const

  test('are turns of their own, each once', () => {
    const { clock, machine, turns } = setUp()
    machine.execute(addAt(10))
    clock.advance(9)
    expect([machine.state.sum, turns()]).toEqual([0, 0])
    clock.advance(100)
    expect([machine.state.sum, turns()]).toEqual([1, 1])
  })

  test('are set anew by their key, or taken back', () => {
    const { clock, machine } = setUp()
    machine.execute(addAt(10, 1))
    machine.execute(addAt(20, 2))
    clock.advance(15)
    expect(machine.state.sum).toBe(0)
    clock.advance(15)
    expect(machine.state.sum).toBe(2)
    machine.execute(addAt(40))
    machine.execute(addAt(null))
    clock.advance(100)
    expect(machine.state.sum).toBe(2)
    expect(clock.alarmAtMs).toBeNull()
  })

  test('tell the machine and the log where the journal refuses', () => {
    const { clock, machine, warnings, refuseWrites } = setUp()
    machine.execute(addAt(10))
    refuseWrites(true)
    clock.advance(10)
    expect(machine.state).toMatchObject({ sum: 0, refusedCount: 1 })
    expect(warnings.length).toBe(1)
  })

  test('end with it', () => {
    const { clock, machine } = setUp()
    machine.execute(addAt(10))
    machine.close()
    expect(clock.alarmAtMs).toBeNull()
  })
})

describe('who waits for it', () => {
  const abandoned: Reply = { sum: -1 }

  function waiting() {
    const { machine, purgatory } = setUp()
    const answers: Reply[] = []
    const parked = machine.executeOrWait({ type: 'wait', waiter: 'w' }, 'w', abandoned)
    if (!('onAnswer' in parked)) throw new Error('answered at once')
    parked.onAnswer(
      answer => answers.push(answer),
      error => {
        throw error
      },
    )
    return { machine, purgatory, answers, parked }
  }

  test('is answered once, when the turn ends', () => {
    const { machine, purgatory, answers } = waiting()
    machine.execute({ type: 'add', amount: 1 })
    expect(answers).toEqual([])
    purgatory.settle()
    machine.execute({ type: 'add', amount: 1 })
    purgatory.settle()
    expect(answers).toEqual([{ sum: 1 }])
  })

  test('is told where it ends', () => {
    const { machine, purgatory, answers } = waiting()
    machine.close()
    purgatory.settle()
    expect(answers).toEqual([abandoned])
  })

  test('may go', () => {
    const { machine, purgatory, answers, parked } = waiting()
    parked.cancel()
    machine.execute({ type: 'add', amount: 1 })
    purgatory.settle()
    expect(answers).toEqual([])
  })

  test('does not wait where the answer is there, or an error', () => {
    const { machine, refuseWrites } = setUp()
    expect(machine.executeOrWait({ type: 'add', amount: 1 }, 'w', abandoned)).toEqual({ sum: 1 })
    refuseWrites(true)
    expect(() => machine.executeOrWait({ type: 'add', amount: 1 }, 'w', abandoned)).toThrow(JournalError)
  })
})
