import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { startBroker } from '../../binary.ts'
import { temporaryDirectory } from '../directory.ts'

const README = readFileSync(resolve(import.meta.dir, '../../../README.md'), 'utf8')

/** The commands between the marks, those that go over several lines as one. */
function curlCommands(): string[] {
  const [, block = ''] = /<!-- curl: .*? -->\n```sh\n([\s\S]*?)```/.exec(README) ?? []
  return block.replaceAll('\\\n', '').trim().split('\n')
}

test("the README's curl lines work as they are written", async () => {
  using directory = temporaryDirectory()
  await using broker = await startBroker({ directory: directory.path, flags: ['--http-port', '0'] })
  const answers: unknown[] = []
  for (const command of curlCommands()) {
    const here = command.replace('localhost:8080', `localhost:${broker.httpPort}`)
    const { stdout, exitCode } = Bun.spawnSync(['sh', '-c', `${here} --silent --show-error --fail-with-body`])
    expect({ command, exitCode }).toEqual({ command, exitCode: 0 })
    answers.push(JSON.parse(stdout.toString()))
  }
  const timestamp = expect.any(Number)
  expect(answers).toEqual([
    { topic: 'orders', partition: 0, base_offset: 0, record_count: 2 },
    [
      { partition: 0, offset: 0, timestamp, key: null, value: 'hello', headers: [] },
      { partition: 0, offset: 1, timestamp, key: 'user-1', value: 'world', headers: [] },
    ],
    [{ name: 'orders', partitions: 1, start_offset: 0, end_offset: 2 }],
    { name: 'orders', partitions: [{ partition: 0, start_offset: 0, end_offset: 2 }] },
    [],
    {
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      broker_id: 1,
      uptime_seconds: expect.any(Number),
      port: broker.port,
      http_port: broker.httpPort,
      cluster_id: expect.any(String),
      log_dir: directory.path,
    },
    { deleted: 'orders', partitions_removed: 1 },
  ])
})
