/** The house is in order, and the checks that say so bite. @module */
import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { contracts } from './schemas.ts'
import {
  cycleFaults,
  deadFaults,
  doorFaults,
  importFaults,
  importsOf,
  nameFaults,
  type Sources,
  sizeFaults,
} from './tidy.ts'

const root = join(import.meta.dir, '../src')
const sources: Sources = new Map(
  [...new Bun.Glob('**/*.{ts,tsx}').scanSync(root)]
    // Declarations of what is no module: nothing imports them.
    .filter(path => !path.endsWith('.d.ts'))
    .sort()
    .map(path => [path.replaceAll('\\', '/'), readFileSync(join(root, path), 'utf8')]),
)

/** Schemas that the golden tests prove count as used before a machine writes them. */
const proven = importsOf('../test/schemas.ts', readFileSync(join(import.meta.dir, 'schemas.ts'), 'utf8'))
  .map(({ target }) => target.replace(/^\.\.\/src\//, ''))
  .filter(path => sources.has(path))

describe('the house', () => {
  test('imports go where the table of rooms allows', () => expect(importFaults(sources)).toEqual([]))
  test('no room names what it may not know', () => expect(nameFaults(sources)).toEqual([]))
  test('a door is named as its contract and stands at its place', () => {
    expect(doorFaults(sources, contracts)).toEqual([])
  })
  test('imports make no circle', () => expect(cycleFaults(sources)).toEqual([]))
  test('every file is used', () => expect(deadFaults(sources, ['main.ts', ...proven])).toEqual([]))
  test('no file is too long', () => expect(sizeFaults(sources)).toEqual([]))
})

describe('the checks bite', () => {
  const of = (files: Record<string, string>): Sources => new Map(Object.entries(files))

  test.each([
    ['base/a.ts', `import { b } from '../wire/b.ts'`],
    ['wire/a.ts', `import type { b } from '../core/b.ts'`],
    ['core/a.ts', `import {\n  type b,\n} from '../api/b.ts'`],
    ['log/a.ts', `export * from '../core/b.ts'`],
    ['api/a.ts', `import { b } from '../log/b.ts'`],
    ['api/a.ts', `import { type b } from '../log/b.ts'`],
    ['broker/a.ts', `const b = await import('../host/b.ts')`],
    ['web/a.ts', `import { b } from '../host/b.ts'`],
    ['core/a.ts', `import 'node:fs'`],
    ['core/a.ts', `import type { Server } from 'bun'`],
    ['wire/a.ts', `import { readFileSync } from 'node:fs'`],
    ['core/a.ts', `import { version } from '../../package.json'`],
    ['attic/a.ts', ''],
  ])('%s may not: %s', (path, text) => expect(importFaults(of({ [path]: text }))).toHaveLength(1))

  test.each([
    ['api/a.ts', `import type { b } from '../log/b.ts'`],
    ['wire/a.ts', `import { gunzipSync } from 'node:zlib'`],
    ['host/a.ts', `import { listen } from 'bun'\nimport { b } from '../broker/b.ts'`],
    ['core/a.ts', `// import { b } from '../host/b.ts'\n/* import 'node:fs' */`],
  ])('%s may: %s', (path, text) => expect(importFaults(of({ [path]: text }))).toEqual([]))

  test.each([
    ['core/a.ts', 'const now = Date.now()'],
    ['core/a.ts', 'const now = new Date()'],
    ['log/a.ts', 'setTimeout(flush, 10)'],
    ['api/a.ts', 'export async function handle() {}'],
    ['broker/a.ts', 'await answer'],
    ['broker/a.ts', 'console.log(1)'],
    ['base/a.ts', 'Math.random()'],
    ['wire/a.ts', 'Bun.file(path)'],
    ['core/a.ts', 'Bun.zstdDecompressSync(bytes)'],
    ['log/a.ts', 'process.exit(1)'],
    ['core/a.ts', 'const text = `at $' + '{Date.now()}`'],
    ['host/a.ts', 'return ErrorCode.NONE'],
  ])('%s may not name: %s', (path, text) => expect(nameFaults(of({ [path]: text }))).toHaveLength(1))

  test.each([
    ['wire/a.ts', 'Bun.zstdDecompressSync(bytes)'],
    ['core/a.ts', `// Date.now() is the hall's\nconst name = 'console.log('`],
    ['core/a.ts', 'states.await(call.process)'],
    ['host/a.ts', 'setTimeout(tick, Date.now())'],
  ])('%s may name: %s', (path, text) => expect(nameFaults(of({ [path]: text }))).toEqual([]))

  test('a door with another key, name, place or with a door behind it', () => {
    const produce = `key: 0,\nname: 'Produce',\n`
    const fetch = `key: 1,\nname: 'Fetch',\n`
    const list = [
      { key: 0, name: 'Produce' },
      { key: 1, name: 'Fetch' },
    ]
    const doors = { 'api/00-produce.ts': produce, 'api/01-fetch.ts': fetch }
    expect(doorFaults(of(doors), list)).toEqual([])
    expect(doorFaults(of(doors), list.toReversed())).not.toEqual([])
    expect(doorFaults(of(doors), list.slice(1))).not.toEqual([])
    expect(doorFaults(of({ ...doors, 'api/01-fetch.ts': produce }), list)).toHaveLength(2)
    expect(doorFaults(of({ 'api/00-produce.ts': produce, 'api/01-fetching.ts': fetch }), list)).not.toEqual([])
    expect(doorFaults(of({ ...doors, 'api/rooms.ts': `import type { x } from './01-fetch.ts'` }), list)).toHaveLength(1)
  })

  test('a circle', () => {
    const circle = of({ 'a.ts': `import './b.ts'`, 'b.ts': `import './c.ts'`, 'c.ts': `export { x } from './a.ts'` })
    expect(cycleFaults(circle)).toEqual(['a.ts → b.ts → c.ts → a.ts'])
    expect(cycleFaults(of({ 'a.ts': `import type { b } from './b.ts'`, 'b.ts': `import './a.ts'` }))).toEqual([])
  })

  test('a dead file and a missing one', () => {
    const house = of({
      'main.ts': `import './a.ts'`,
      'a.ts': `import('./b.ts')`,
      'b.ts': '',
      'c.ts': `import './b.ts'`,
    })
    expect(deadFaults(house, ['main.ts'])).toEqual(['c.ts is not used'])
    expect(deadFaults(of({ 'main.ts': `import './a.ts'` }), ['main.ts'])).toHaveLength(1)
  })

  test('a long file, unless it is a table', () => {
    const long = 'x\n'.repeat(501)
    expect(sizeFaults(of({ 'core/a.ts': long, 'core/topic-table.ts': long }))).toHaveLength(1)
  })
})
