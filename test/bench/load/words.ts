/** Record values that compress as text does: words in no order, the same in every run. @module */

const VOCABULARY =
  'order customer amount created shipped cancelled warehouse address invoice currency euro status pending item quantity price'
const words = VOCABULARY.split(' ')
const digits = 6

/** The value of the record at `offset`: `length` bytes of words and numbers. */
export function recordValue(offset: number, length: number): Uint8Array {
  let state = offset + 1
  // Knuth's linear congruential generator, upper half.
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state >>> 12
  }
  let text = ''
  while (text.length < length) text += `${words[next() % words.length]} ${String(next()).padStart(digits, '0')} `
  return Buffer.from(text.slice(0, length))
}
