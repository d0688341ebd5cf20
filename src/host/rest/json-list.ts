/** A list in JSON, sent as it is made: nobody holds more of it than one step. @module */
import { END } from './json.ts'

const HEADERS = { 'content-type': 'application/json' }
/** What is shorter is sent as a whole, with its length. */
const SHORT_LENGTH = 64 * 1024

/**
 * The lists that `steps` gives as one. What goes wrong before there is an answer is thrown; what goes wrong later breaks it
 * off, and is told to `broken`. No step is taken that the client has no room for, and none once it is gone.
 */
export async function jsonList(
  steps: AsyncGenerator<readonly object[], void>,
  broken: (error: unknown) => void,
): Promise<Response> {
  const texts = textsOf(steps)
  let begun = ''
  do {
    const { value, done } = await texts.next()
    if (done) return new Response(begun, { headers: HEADERS })
    begun += value
  } while (begun.length < SHORT_LENGTH)
  return new Response(streamOf(begun, texts, broken), { headers: HEADERS })
}

async function* textsOf(steps: AsyncGenerator<readonly object[], void>): AsyncGenerator<string, void> {
  let before = '['
  for await (const elements of steps) {
    if (elements.length === 0) continue
    yield before + elements.map(element => JSON.stringify(element)).join(',\n')
    before = ',\n'
  }
  yield (before === '[' ? '[]' : ']') + END
}

function streamOf(
  begun: string,
  texts: AsyncGenerator<string, void>,
  broken: (error: unknown) => void,
): ReadableStream<Uint8Array> {
  const utf8 = new TextEncoder()
  let isCancelled = false
  return new ReadableStream(
    {
      start(controller) {
        controller.enqueue(utf8.encode(begun))
      },
      async pull(controller) {
        try {
          const { value, done } = await texts.next()
          if (isCancelled) return
          if (done) controller.close()
          else controller.enqueue(utf8.encode(value))
        } catch (error) {
          broken(error)
          controller.error(error)
        }
      },
      async cancel() {
        isCancelled = true
        await texts.return()
      },
    },
    { highWaterMark: 0 },
  )
}
