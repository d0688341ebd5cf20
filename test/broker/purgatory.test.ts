import { describe, expect, test } from 'bun:test'
import { Purgatory } from '../../src/broker/purgatory.ts'
import { Timers } from '../../src/broker/timers.ts'
import { openLog } from '../log/fixture.ts'
import { SimClock } from '../sim/clock.ts'
import { SimDisk } from '../sim/disk.ts'

/** A purgatory in which calls wait that are content once `isReady`, and that keep a diary. */
function setUp() {
  const clock = new SimClock(0)
  const purgatory = new Purgatory(new Timers(clock))
  const diary: string[] = []
  const ready = new Set<string>()
  const park = (name: string, logs = [log], deadlineMs = 100) => {
    const parked = purgatory.park(logs, deadlineMs, isLast => {
      diary.push(`${name} is asked${isLast ? ' for the last time' : ''}`)
      return isLast || ready.has(name) ? name : null
    })
    const failed = (error: unknown) => diary.push(`${name} fails: ${error}`)
    parked.onAnswer(answer => diary.push(`${answer} is answered`), failed)
    return parked
  }
  return { clock, purgatory, diary, ready, park }
}

const fail = (error: unknown) => {
  throw error
}
const log = openLog(new SimDisk())
const other = openLog(new SimDisk())

describe('Purgatory', () => {
  test('asks those whose log was stirred, when the turn ends and not before', () => {
    const { purgatory, diary, ready, park } = setUp()
    park('a')
    park('b', [other])
    purgatory.stir(log)
    expect(diary).toEqual([])
    purgatory.settle()
    expect(diary).toEqual(['a is asked'])
    ready.add('a')
    purgatory.settle()
    expect(diary).toEqual(['a is asked'])
    purgatory.stir(log)
    purgatory.settle()
    expect(diary.slice(1)).toEqual(['a is asked', 'a is answered'])
  })

  test('asks once for all the logs that were stirred in a turn', () => {
    const { purgatory, diary, park } = setUp()
    park('a', [log, other])
    for (const grown of [log, other, log]) purgatory.stir(grown)
    purgatory.settle()
    expect(diary).toEqual(['a is asked'])
  })

  test('whoever leaves, and whoever comes to stand in his place, all others are still asked', () => {
    const { purgatory, diary, park } = setUp()
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(name => park(name))
    const leaveAndAsk = (leaving: typeof a) => {
      leaving?.cancel()
      diary.length = 0
      purgatory.stir(log)
      purgatory.settle()
      return diary.toSorted()
    }
    expect(leaveAndAsk(a)).toEqual(['b is asked', 'c is asked', 'd is asked'])
    expect(leaveAndAsk(d)).toEqual(['b is asked', 'c is asked'])
    expect(leaveAndAsk(c)).toEqual(['b is asked'])
    expect(leaveAndAsk(b)).toEqual([])
  })

  test('asks a last time at the deadline', () => {
    const { clock, diary, park } = setUp()
    park('a', [], 10)
    park('b', [log], 20)
    clock.advance(10)
    expect(diary).toEqual(['a is asked for the last time', 'a is answered'])
    clock.advance(10)
    expect(diary.slice(2)).toEqual(['b is asked for the last time', 'b is answered'])
  })

  test('who was answered is not asked again, and leaves no alarm', () => {
    const { clock, purgatory, diary, ready, park } = setUp()
    ready.add('a')
    park('a')
    for (let turn = 0; turn < 2; turn++) {
      purgatory.stir(log)
      purgatory.settle()
    }
    purgatory.answerAll()
    expect(clock.alarmAtMs).toBeNull()
    clock.advance(1000)
    expect(diary).toEqual(['a is asked', 'a is answered'])
  })

  test('who has cancelled is not asked, though he was stirred before', () => {
    const { clock, purgatory, diary, ready, park } = setUp()
    ready.add('a')
    const parked = park('a', [log, other])
    purgatory.stir(log)
    parked.cancel()
    purgatory.settle()
    purgatory.stir(other)
    purgatory.settle()
    purgatory.answerAll()
    expect(clock.alarmAtMs).toBeNull()
    expect(diary).toEqual([])
  })

  test('answerAll gives everybody the last answer, also who comes to wait meanwhile', () => {
    const { purgatory, diary, park } = setUp()
    park('a').onAnswer(() => park('c'), fail)
    park('b', [])
    purgatory.answerAll()
    expect(diary.filter(line => line.endsWith('time'))).toEqual([
      'a is asked for the last time',
      'b is asked for the last time',
      'c is asked for the last time',
    ])
  })

  test('whom an answer stirs is asked too, but not within it', () => {
    const { purgatory, diary, ready, park } = setUp()
    ready.add('a').add('b')
    park('a').onAnswer(() => {
      purgatory.stir(other)
      purgatory.settle()
      diary.push('a has read')
    }, fail)
    park('b', [other])
    purgatory.stir(log)
    purgatory.settle()
    expect(diary).toEqual(['a is asked', 'a has read', 'b is asked', 'b is answered'])
  })

  test('tells the one whose answer cannot be made, forgets it, and goes on with the others', () => {
    const { clock, purgatory, diary, ready, park } = setUp()
    const broken = purgatory.park<string>([log], 100, () => fail('no disk'))
    broken.onAnswer(fail, error => diary.push(`broken fails: ${error}`))
    ready.add('b')
    park('b')
    purgatory.stir(log)
    purgatory.settle()
    expect(diary).toEqual(['broken fails: no disk', 'b is asked', 'b is answered'])
    purgatory.stir(log)
    purgatory.settle()
    clock.advance(1000)
    expect(diary.length).toBe(3)
  })

  test('asks in the order in which they came', () => {
    const { purgatory, diary, park } = setUp()
    for (const name of ['a', 'b', 'c']) park(name)
    purgatory.stir(log)
    purgatory.settle()
    expect(diary).toEqual(['a is asked', 'b is asked', 'c is asked'])
  })

  describe('lets others answer', () => {
    function waiter() {
      const { purgatory, diary, clock } = setUp()
      const { parked, answer } = purgatory.parkUntilAnswered<string>()
      parked.onAnswer(given => diary.push(given), fail)
      return { purgatory, diary, clock, parked, answer }
    }

    test('at the end of the turn, however long it takes', () => {
      const { purgatory, diary, clock, answer } = waiter()
      clock.advance(1_000_000)
      answer('here')
      expect(diary).toEqual([])
      purgatory.settle()
      purgatory.settle()
      expect(diary).toEqual(['here'])
    })

    test('but nobody who has gone', () => {
      const { purgatory, diary, parked, answer } = waiter()
      parked.cancel()
      answer('here')
      purgatory.settle()
      expect(diary).toEqual([])
    })

    test('and leaves without an answer whom nobody has answered when the broker stops', () => {
      const { purgatory, diary } = waiter()
      purgatory.answerAll()
      expect(diary).toEqual([])
    })
  })
})
