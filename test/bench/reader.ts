/** A consumer that goes from broker to broker, so that it is warm when it comes to a new one. @module */
import { join } from 'node:path'
import { javaFlags, withoutKafka } from '../conformance/commands.ts'
import { LineProgram } from '../line-program.ts'

const folder = join(import.meta.dir, 'readers')

export const READER_NAMES = ['Java', 'librdkafka'] as const
export type ReaderName = (typeof READER_NAMES)[number]

/** The program to run. Throws where it cannot be run here. */
async function commandOf(name: ReaderName): Promise<string[]> {
  if (name === 'librdkafka') return [process.execPath, join(folder, 'librdkafka.ts')]
  const reason = await withoutKafka()
  if (reason) throw new Error(reason)
  return ['java', ...(await javaFlags()), join(folder, 'FirstRecord.java')]
}

/** At the end of the scope that says `using` it is killed. */
export class Reader implements Disposable {
  private constructor(private readonly program: LineProgram) {}

  static async start(name: ReaderName): Promise<Reader> {
    return new Reader(LineProgram.start(await commandOf(name)))
  }

  /** Milliseconds from poll to the first record of `topic`, for `count` new groups one after the other. */
  read(port: number, topic: string, count: number): Promise<number[]> {
    return this.program.ask(`${port} ${topic} ${count}`)
  }

  [Symbol.dispose](): void {
    this.program[Symbol.dispose]()
  }
}
