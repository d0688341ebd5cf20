import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { DirectoryHeldError, lockDirectory, sqliteLock, type TryLock } from '../../src/host/lock.ts'
import { temporaryDirectory } from './directory.ts'

test('a second broker is refused, in the same process too, until the first lets go', () => {
  for (const tryLock of [undefined, sqliteLock]) {
    using directory = temporaryDirectory()
    const lock = lockDirectory(directory.path, tryLock)
    expect(holderOf(directory.path, tryLock)).toBe(process.pid)
    lock.release()
    lockDirectory(directory.path, tryLock).release()
  }
})

test('the lock names its holder and dies with it, even by kill -9', async () => {
  using directory = temporaryDirectory()
  const holder = Bun.spawn([process.execPath, `${import.meta.dir}/hold-lock.ts`, directory.path], {
    stdin: 'pipe',
    stdout: 'pipe',
  })
  await holder.stdout.getReader().read()
  const refusal = refusalOf(directory.path)
  expect(refusal?.holderPid).toBe(holder.pid)
  expect(refusal?.message).toBe(`data directory ${directory.path} is held by process ${holder.pid}`)
  holder.kill('SIGKILL')
  await holder.exited
  lockDirectory(directory.path).release()
})

test('the process id of a former holder is replaced', () => {
  using directory = temporaryDirectory()
  for (let i = 0; i < 2; i++) lockDirectory(directory.path).release()
  expect(readFileSync(`${directory.path}/.lock`, 'utf8')).toBe(`${process.pid}\n`)
})

test('a directory that is not there is an error of the system', () => {
  expect(() => lockDirectory('/nowhere/at/all')).toThrow('ENOENT')
})

function refusalOf(directory: string, tryLock?: TryLock): DirectoryHeldError | null {
  try {
    lockDirectory(directory, tryLock).release()
    return null
  } catch (error) {
    if (error instanceof DirectoryHeldError) return error
    throw error
  }
}

function holderOf(directory: string, tryLock?: TryLock): number | null | undefined {
  return refusalOf(directory, tryLock)?.holderPid
}
