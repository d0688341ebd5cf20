/**
 * Checks of the house: who imports whom, and what may be named where (the table in `src/README.md`). Every check takes
 * sources as text and gives back faults as sentences, so that it can be shown bad examples too.
 * @module
 */
import { posix } from 'node:path'

/** Source text by path under src, as in 'wire/reader.ts'. */
export type Sources = ReadonlyMap<string, string>

interface Import {
  /** A path under src, or the name of a package. */
  readonly target: string
  readonly isPackage: boolean
  /** `import type`: erased, but read all the same. */
  readonly isType: boolean
}

interface Room {
  /** Rooms that it may import, beside itself. */
  readonly imports: readonly string[]
  /** Rooms of which it may import types alone. */
  readonly types?: readonly string[]
  readonly packages?: RegExp
  /** What its code may not name, beside packages. */
  readonly banned: RegExp | null
}

/** Time, chance, the world, and what waits: the hall and everything below it get these from outside, or not at all. */
const world =
  /\b(?:Bun|console|performance|async|await)\b(?=[\s.(<])|\bprocess\.(?:argv|cwd|env|exit|hrtime|memoryUsage|nextTick|on|pid|platform|std)|\bDate\.now\b|\bnew Date\b|\bMath\.random\b|\bcrypto\.|\bset(?:Timeout|Interval|Immediate)\b|\bqueueMicrotask\b/
/** The same, but for the runtime's pure compressors. */
const worldButZstd = new RegExp(world.source.replace('Bun|', 'Bun(?!\\.zstd)|'))
const anything = /./

const rooms: Readonly<Record<string, Room>> = {
  base: { imports: [], banned: world },
  wire: { imports: ['base'], packages: /^node:zlib$/, banned: worldButZstd },
  core: { imports: ['base', 'wire'], banned: world },
  log: { imports: ['base', 'wire'], banned: world },
  api: { imports: ['base', 'wire', 'core'], types: ['log'], banned: world },
  broker: { imports: ['base', 'wire', 'core', 'log', 'api'], banned: world },
  host: {
    imports: ['base', 'wire', 'core', 'log', 'api', 'broker', 'web'],
    packages: anything,
    banned: /\bErrorCode\b/,
  },
  web: { imports: [], types: ['host'], packages: anything, banned: null },
  'main.ts': { imports: ['host'], banned: null },
}

/** Imports that the table of rooms does not allow. */
export function importFaults(sources: Sources): string[] {
  const faults: string[] = []
  for (const [path, text] of sources) {
    const room = rooms[roomOf(path)]
    if (!room) faults.push(`${path} is in no room`)
    else
      for (const to of importsOf(path, text))
        if (!mayImport(path, room, to)) faults.push(`${path} imports ${to.target}`)
  }
  return faults
}

function mayImport(path: string, room: Room, { target, isPackage, isType }: Import): boolean {
  if (isPackage) return room.packages?.test(target) ?? false
  // What lies beside src is the package's own description.
  if (target.startsWith('../')) return roomOf(path) === 'host' && target === '../package.json'
  const to = roomOf(target)
  return to === roomOf(path) || room.imports.includes(to) || (isType && (room.types?.includes(to) ?? false))
}

/** Names in code that the table of rooms does not allow. */
export function nameFaults(sources: Sources): string[] {
  const faults: string[] = []
  for (const [path, text] of sources) {
    const name = rooms[roomOf(path)]?.banned?.exec(codeOf(text))?.[0]
    if (name !== undefined) faults.push(`${path} names ${name}`)
  }
  return faults
}

/** Doors whose file name, contract and place in the list differ, and those that another file than the list imports. */
export function doorFaults(sources: Sources, contracts: readonly { key: number; name: string }[]): string[] {
  const faults: string[] = []
  const expected = contracts.map(({ key, name }) => `api/${String(key).padStart(2, '0')}-${kebab(name)}.ts`)
  const doors = [...sources.keys()].filter(isDoor).sort()
  for (const path of doors) if (!expected.includes(path)) faults.push(`${path} is not in the list`)
  expected.forEach((path, place) => {
    const text = sources.get(path) ?? ''
    const contract = contracts[place]
    if (path !== doors[place]) faults.push(`${path} is not the file at its place in the list`)
    if (!text.includes(`key: ${contract?.key},`)) faults.push(`${path} has another key`)
    if (!text.includes(`name: '${contract?.name}',`)) faults.push(`${path} has another name`)
  })
  for (const [path, text] of sources) {
    if (roomOf(path) !== 'api' || path === 'api/index.ts') continue
    for (const { target } of importsOf(path, text))
      if (isDoor(target)) faults.push(`${path} imports the door ${target}`)
  }
  return faults
}

/** Files that import one another in a circle; types are erased and make none. */
export function cycleFaults(sources: Sources): string[] {
  const faults: string[] = []
  const done = new Set<string>()
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) faults.push([...trail.slice(trail.indexOf(path)), path].join(' → '))
    else if (!done.has(path)) {
      for (const to of importsOf(path, sources.get(path) ?? '')) if (!to.isType) visit(to.target, [...trail, path])
      done.add(path)
    }
  }
  for (const path of sources.keys()) visit(path, [])
  return faults
}

/** Files that nothing reaches from `roots`, and imports of files that are not there. */
export function deadFaults(sources: Sources, roots: readonly string[]): string[] {
  const faults: string[] = []
  const alive = new Set<string>()
  const visit = (path: string): void => {
    if (alive.has(path)) return
    alive.add(path)
    for (const { target, isPackage } of importsOf(path, sources.get(path) ?? '')) {
      if (sources.has(target)) visit(target)
      else if (!isPackage && target.endsWith('.ts')) faults.push(`${path} imports ${target}, which is not there`)
    }
  }
  roots.forEach(visit)
  for (const path of sources.keys()) if (!alive.has(path)) faults.push(`${path} is not used`)
  return faults
}

const MAX_LINES = 500
const tables = /(?:table|records|errors)\.ts$/

/** Files too long to read in one sitting; tables may be. */
export function sizeFaults(sources: Sources): string[] {
  const isLong = ([path, text]: [string, string]) => !tables.test(path) && text.split('\n').length > MAX_LINES
  return [...sources].filter(isLong).map(([path]) => `${path} has more than ${MAX_LINES} lines`)
}

/** What the file at `path` imports or exports from elsewhere, also on demand. */
export function importsOf(path: string, text: string): Import[] {
  const code = withoutComments(text)
  const statements = code.matchAll(/^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm)
  const onDemand = code.matchAll(/\bimport\(\s*'([^']+)'/g)
  return [
    ...[...statements].map(([, type, specifier = '']) => resolved(path, specifier, type !== undefined)),
    ...[...onDemand].map(([, specifier = '']) => resolved(path, specifier, false)),
  ]
}

function resolved(path: string, specifier: string, isType: boolean): Import {
  const isPackage = !specifier.startsWith('.')
  return { target: isPackage ? specifier : posix.join(posix.dirname(path), specifier), isPackage, isType }
}

const comments = /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*/g

function withoutComments(text: string): string {
  return text.replace(comments, '')
}

/** Code without comments, quoted strings and property names; what stands in a template counts as code. */
function codeOf(text: string): string {
  return withoutComments(text)
    .replace(/'(?:\\.|[^'\\\n])*'/g, "''")
    .replace(/\.(?:async|await|console|performance)\b/g, '.')
}

function roomOf(path: string): string {
  return path.split('/')[0] ?? path
}

function isDoor(path: string): boolean {
  return /^api\/\d\d-/.test(path)
}

function kebab(name: string): string {
  return name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase()
}
