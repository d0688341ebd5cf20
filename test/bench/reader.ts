/** A consumer that goes from broker to broker, so that it is warm when it comes to a new one. @module */
import { join } from 'node:path'
import { javaFlags, withoutKafka } from '../conformance/commands.ts'

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

/** At the end of the scope that says `using` it is killed; it ends by itself where this process does. */
export class Reader implements Disposable {
  private readonly answers: AsyncIterator<string>

  private constructor(private readonly child: Bun.Subprocess<'pipe', 'pipe', 'pipe'>) {
    this.answers = linesOf(child.stdout)
  }

  static async start(name: ReaderName): Promise<Reader> {
    return new Reader(Bun.spawn(await commandOf(name), { stdin: 'pipe', stdout: 'pipe', stderr: 'pipe' }))
  }

  /** Milliseconds from poll to the first record of `topic`, for `count` new groups one after the other. */
  async read(port: number, topic: string, count: number): Promise<number[]> {
    this.child.stdin.write(`${port} ${topic} ${count}\n`)
    this.child.stdin.flush()
    for (;;) {
      const { value, done } = await this.answers.next()
      if (done) throw new Error(await this.child.stderr.text())
      if (isAnswer(value)) return JSON.parse(value)
    }
  }

  [Symbol.dispose](): void {
    this.child.kill('SIGKILL')
  }
}

/** Clients print what they think of a broker that went away, too. */
function isAnswer(line: string): boolean {
  return line.startsWith('[')
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of stream) {
    const lines = (text + decoder.decode(chunk, { stream: true })).split('\n')
    text = lines.pop() ?? ''
    yield* lines
  }
}
