/**
 * Files like Kafka's server.properties, in the syntax of java.util.Properties. Text is UTF-8, where Java reads Latin-1.
 * @module
 */

export interface Property {
  readonly key: string
  readonly value: string
  /** Where it begins, the first line being 1. */
  readonly line: number
}

/** The file cannot be read as properties. The message is one line. */
export class PropertiesError extends Error {
  override readonly name = 'PropertiesError'
  constructor(
    message: string,
    readonly line: number,
  ) {
    super(message)
  }
}

/** Every property in the file's order, repeated ones too. Throws PropertiesError at a broken escape. */
export function parseProperties(text: string): Property[] {
  const properties: Property[] = []
  // What editors on Windows put before it is no text.
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|[\n\r]/)
    .values()
  let line = 0
  const nextLine = () => {
    line++
    return lines.next().value?.replace(/^[ \t\f]+/, '')
  }
  for (let logical = nextLine(); logical !== undefined; logical = nextLine()) {
    if (logical === '' || /^[#!]/.test(logical)) continue
    const first = line
    while (endsWithContinuation(logical)) logical = logical.slice(0, -1) + (nextLine() ?? '')
    properties.push({ ...propertyIn(logical, first), line: first })
  }
  return properties
}

/** An odd number of backslashes: an even one is backslashes escaped. */
function endsWithContinuation(text: string): boolean {
  const [backslashes = ''] = /\\*$/.exec(text) ?? []
  return backslashes.length % 2 === 1
}

/** The key ends at the first `=`, `:` or blank that no backslash escapes; blanks and one `=` or `:` part it from the value. */
function propertyIn(logical: string, line: number): { key: string; value: string } {
  const [, key = '', value = ''] = /^((?:\\.|[^\\=: \t\f])*)[ \t\f]*[=:]?[ \t\f]*(.*)$/s.exec(logical) ?? []
  return { key: unescaped(key, line), value: unescaped(value, line) }
}

const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' }

function unescaped(text: string, line: number): string {
  return text.replace(/\\(u[\da-fA-F]{4}|.)/gs, (_escape, code: string) => {
    if (code.length > 1) return String.fromCharCode(Number.parseInt(code.slice(1), 16))
    if (code === 'u') throw new PropertiesError('\\u wants four hexadecimal digits', line)
    return ESCAPES[code] ?? code
  })
}
