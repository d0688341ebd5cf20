/** A program that is asked with lines and answers each with one: it stays warm, and keeps what it knows. @module */

/** Clients print what they think of a broker that went away, too, librdkafka as JSON with a timestamp; an answer is other JSON. */
const ANSWER = /^(\[|\{(?!"timestamp"))/

/** At the end of the scope that says `using` it is killed; it ends by itself where this process does. */
export class LineProgram implements Disposable {
  private readonly answers: AsyncIterator<string>

  private constructor(private readonly child: Bun.Subprocess<'pipe', 'pipe', 'pipe'>) {
    this.answers = linesOf(child.stdout)
  }

  static start(command: readonly string[]): LineProgram {
    return new LineProgram(Bun.spawn([...command], { stdin: 'pipe', stdout: 'pipe', stderr: 'pipe' }))
  }

  /** What it answers to `line`. Throws what it says where it ends instead. */
  async ask<Answer>(line: string): Promise<Answer> {
    this.child.stdin.write(`${line}\n`)
    this.child.stdin.flush()
    for (;;) {
      const { value, done } = await this.answers.next()
      if (done) throw new Error(await this.child.stderr.text())
      if (ANSWER.test(value)) return JSON.parse(value)
    }
  }

  /** kill -9 */
  [Symbol.dispose](): void {
    this.child.kill('SIGKILL')
  }
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
