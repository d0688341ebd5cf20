import { expect, test } from 'bun:test'
import { StderrLog, textOf } from '../../src/host/log.ts'

function recorded(isVerbose = false) {
  const lines: string[] = []
  const time = { nowMs: 0 }
  const log = new StderrLog({ isVerbose, write: line => lines.push(line), now: () => time.nowMs })
  return { lines, time, log }
}

test('a line has a time and a level', () => {
  const { lines, log } = recorded()
  log.info('started')
  log.warn('odd')
  log.error('broken')
  const at = '1970-01-01T00:00:00.000Z'
  expect(lines).toEqual([`${at} started`, `${at} WARN odd`, `${at} ERROR broken`])
})

test('what strangers send neither ends a line nor steers a terminal', () => {
  const { lines, log } = recorded()
  log.warn('client "a\nERROR forged\u001b[2J\u0085"')
  expect(lines[0]).toEndWith('client "a\\x0aERROR forged\\x1b[2J\\x85"')
})

test('of one kind one line a second gets through, with the number of the others', () => {
  const { lines, time, log } = recorded()
  for (let i = 0; i < 5; i++) log.warnSparingly('closed', `closed ${i}`)
  log.warnSparingly('full', 'full')
  time.nowMs = 1000
  log.warnSparingly('closed', 'closed again')
  expect(lines.map(line => line.replace(/^\S+ WARN /, ''))).toEqual([
    'closed 0',
    'full',
    'closed again (and 4 more before it)',
  ])
})

test('a clock that is set back silences nobody', () => {
  const { lines, time, log } = recorded()
  log.warnSparingly('closed', 'before')
  time.nowMs = -600_000
  log.warnSparingly('closed', 'after')
  expect(lines).toHaveLength(2)
})

test('requests are told only where somebody wants to see them', () => {
  expect(recorded().log.request).toBeUndefined()
  const { lines, log } = recorded(true)
  log.request?.(() => 'Fetch v18')
  expect(lines).toHaveLength(1)
  expect(lines[0]).toEndWith(' Fetch v18')
})

test('the level can change at any time', () => {
  const { lines, log } = recorded()
  log.level = 'ERROR'
  log.warn('odd')
  log.info('started')
  log.error('broken')
  expect(lines.map(line => line.slice(25))).toEqual(['ERROR broken'])
  log.level = 'TRACE'
  log.request?.(() => 'Fetch v18')
  expect(lines).toHaveLength(2)
  log.level = 'FATAL'
  log.error('broken')
  expect(log.request).toBeUndefined()
  expect(lines).toHaveLength(2)
})

test('an error is one line that says where it came from', () => {
  const line = textOf(new TypeError('broken'))
  expect(line).toStartWith('TypeError: broken at ')
  expect(line).toContain('log.test.ts')
  expect(line).not.toContain('\n')
  expect(textOf('text')).toBe('text')
})
