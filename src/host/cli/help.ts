/** The text of --help, made from the table of flags. @module */
import { flags } from './flags.ts'

const EXAMPLES = [
  ['strikemq', 'a broker on localhost:9092'],
  ['strikemq --port 0 --data-dir ./strikemq', 'on a free port, with its own directory'],
  ['strikemq --host 0.0.0.0 -o num.partitions=3', 'on all addresses, with three partitions a topic'],
] as const

/** Examples first, then one line for each flag. */
export function helpText(): string {
  const options = flags.map(({ names, placeholder, help }) => [[names.join(', '), placeholder].join(' ').trim(), help])
  return [
    'strikemq: a Kafka broker for development, testing and CI',
    'Examples:',
    aligned(EXAMPLES),
    'Options:',
    aligned(options),
  ].join('\n\n')
}

function aligned(rows: readonly (readonly string[])[]): string {
  const width = Math.max(...rows.map(([left = '']) => left.length))
  return rows.map(([left = '', right = '']) => `  ${left.padEnd(width)}  ${right}`).join('\n')
}
