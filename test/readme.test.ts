import { expect, test } from 'bun:test'
import { apis } from '../src/api/index.ts'
import { servedApis } from '../src/broker/dispatch.ts'

const README = `${import.meta.dir}/../README.md`
const SECTION = /(<!-- apis: .*? -->\n)([\s\S]*?)(<!-- \/apis -->)/

/** `UPDATE=1 bun test test/readme.test.ts` writes the table anew. */
test('the table of APIs in the README is what ApiVersions answers', async () => {
  const names = new Map(apis.map(({ contract }) => [contract.key, contract.name]))
  const rows = servedApis(apis).map(
    ({ apiKey, minVersion, maxVersion }) => `| ${apiKey} | ${names.get(apiKey)} | ${minVersion}–${maxVersion} |`,
  )
  const table = ['| key | API | versions |', '|---|---|---|', ...rows, ''].join('\n')
  const readme = await Bun.file(README).text()
  if (process.env.UPDATE) await Bun.write(README, readme.replace(SECTION, `$1${table}$3`))
  expect((await Bun.file(README).text()).match(SECTION)?.[2]).toBe(table)
})
