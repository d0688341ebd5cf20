import { expect, test } from 'bun:test'
import { defaultDataDirectory } from '../../src/host/config.ts'

const cases: readonly [environment: Record<string, string>, platform: string, directory: string | null][] = [
  [{ XDG_DATA_HOME: '/data', HOME: '/home/ann' }, 'linux', '/data/strikemq'],
  [{ XDG_DATA_HOME: 'data', HOME: '/home/ann' }, 'linux', '/home/ann/.local/share/strikemq'],
  [{ XDG_DATA_HOME: '', HOME: '/Users/ann' }, 'darwin', '/Users/ann/.local/share/strikemq'],
  [{ LOCALAPPDATA: 'C:\\Users\\ann\\AppData\\Local' }, 'win32', 'C:\\Users\\ann\\AppData\\Local\\strikemq'],
  [{}, 'linux', null],
  [{ HOME: '/home/ann' }, 'win32', null],
]

for (const [environment, platform, directory] of cases) {
  test(`${platform} ${JSON.stringify(environment)}`, () => {
    expect(defaultDataDirectory(environment, platform)).toBe(directory)
  })
}
