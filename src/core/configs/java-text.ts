/** Text as Java reads and prints it, where JavaScript does otherwise. @module */

const TAB = 0x09
const CARRIAGE_RETURN = 0x0d
const SPACE = 0x20

/** String.trim: control characters go as blanks do, and blanks that only Unicode knows stay. */
export function javaTrim(text: string): string {
  return stripped(text, code => code <= SPACE)
}

/** The words between commas, as String.split parts them at `\s*,\s*`: without the white space of ASCII around them. */
export function wordsBetweenCommas(text: string): string[] {
  // Such an expression would look at long white space again and again.
  return text.split(',').map(word => stripped(word, code => code === SPACE || (code >= TAB && code <= CARRIAGE_RETURN)))
}

function stripped(text: string, isBlank: (code: number) => boolean): string {
  let start = 0
  let end = text.length
  while (start < end && isBlank(text.charCodeAt(start))) start++
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

/** The same digits in ASCII, whatever script they are of (Character.digit). Of those beyond 16 bits Java knows none. */
export function asciiDigits(text: string): string {
  return text.replace(/[\p{Nd}--[0-9\u{10000}-\u{10FFFF}]]/gv, digit => String(digitValue(digit.charCodeAt(0))))
}

/** The ten digits of a script lie in a row, and no two rows touch. */
function digitValue(code: number): number {
  const isZero = !/\p{Nd}/u.test(String.fromCharCode(code - 1))
  return isZero ? 0 : digitValue(code - 1) + 1
}

/** Double.toString: always a fraction, and an exponent below 0.001 and from 10 000 000 on. */
export function javaDouble(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  if (Object.is(value, -0)) return '-0.0'
  const size = Math.abs(value)
  const [digits = '', exponent] = (
    value !== 0 && (size < 1e-3 || size >= 1e7) ? value.toExponential() : String(value)
  ).split('e')
  const fraction = digits.includes('.') ? digits : `${digits}.0`
  return exponent === undefined ? fraction : `${fraction}E${exponent.replace('+', '')}`
}
