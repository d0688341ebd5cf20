/** Holds the lock of a directory until its input ends. `bun hold-lock.ts DIRECTORY` @module */
import { lockDirectory } from '../../src/host/lock.ts'

const [directory = ''] = process.argv.slice(2)
const lock = lockDirectory(directory)
console.log('held')
for await (const _ of Bun.stdin.stream());
lock.release()
