/** The text of --help, made from the table of flags. @module */
import { flags } from './flags.ts'

const EXAMPLES = [
  ['strikemq', 'a broker on localhost:9092'],
  ['strikemq --port 0 --ephemeral --json', 'on a free port, all in memory, for scripts'],
  ['strikemq --topic orders:3 --data-dir ./strikemq', 'with a topic, in its own directory'],
  ['strikemq --host 0.0.0.0 -o num.partitions=3', 'on all addresses, with three partitions a topic'],
] as const

const COMMANDS = [
  ['serve', 'run a broker; the same as no command'],
  ['config', 'show every value that would be in force, and where it comes from'],
] as const

const SOURCES = `Every flag that sets something may be given in the environment, as in STRIKEMQ_DATA_DIR=./strikemq,
and Kafka's configs as its images want them, as in KAFKA_NUM_PARTITIONS=3.
Flags go before the environment, the environment before the file.`

/** Examples first, then one line for each flag. */
export function helpText(): string {
  const options = flags.map(({ names, placeholder, help }) => [[names.join(', '), placeholder].join(' ').trim(), help])
  return [
    'strikemq: a Kafka broker for development, testing and CI',
    'Examples:',
    aligned(EXAMPLES),
    'Commands:',
    aligned(COMMANDS),
    'Options:',
    aligned(options),
    SOURCES,
  ].join('\n\n')
}

function aligned(rows: readonly (readonly string[])[]): string {
  const width = Math.max(...rows.map(([left = '']) => left.length))
  return rows.map(([left = '', right = '']) => `  ${left.padEnd(width)}  ${right}`).join('\n')
}
