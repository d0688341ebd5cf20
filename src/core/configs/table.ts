/**
 * Tables of configs as aligned text, a row for each config: its name, then
 *
 *  - its type, as ConfigTypeCode names them;
 *  - `rw` where it can change while the broker runs, else `ro`; a star: Kafka describes it only where it is set;
 *  - its default: `null` is no value, `''` the empty one;
 *  - what it accepts: a range (`1..9`, `0..`, `-1|1..9`), values (`a|b`, in any case `~A|B`), `replicas`, or `*`;
 *  - the broker's config whose value holds where this one is not set.
 *
 * The last two may be missing. Text costs a start next to nothing: a row is parsed when it is first asked for.
 * @module
 */
import { assert } from '../../base/assert.ts'
import { type ConfigType, ConfigTypeCode, type Definition } from './definition.ts'

export class ConfigTable {
  private readonly parsed = new Map<string, Definition>()

  /** Every row of `text` stands between line breaks. */
  constructor(private readonly text: string) {}

  /** The config of that name, or null. */
  find(name: string): Definition | null {
    const known = this.parsed.get(name)
    if (known) return known
    // Such a name could be found across columns.
    if (name.includes(' ') || name.includes('\n')) return null
    const at = this.text.indexOf(`\n${name} `)
    if (at < 0) return null
    const definition = parseRow(this.text.slice(at + 1, this.text.indexOf('\n', at + 1)))
    this.parsed.set(name, definition)
    return definition
  }

  /** In the table's order. */
  names(): readonly string[] {
    const rows = this.text.split('\n').filter(row => row !== '')
    return rows.map(row => row.slice(0, row.indexOf(' ')))
  }
}

function parseRow(row: string): Definition {
  const cells = row.split(' ').filter(cell => cell !== '')
  const [name = '', type = '', mode = '', fallback = '', accepts = '*', synonym = null] = cells
  assert(isConfigType(type), `no type of a config: ${row}`)
  return {
    name,
    type,
    isReadOnly: mode.startsWith('ro'),
    isInternal: mode.endsWith('*'),
    default: fallback === 'null' ? null : fallback === "''" ? '' : fallback,
    accepts,
    synonym,
  }
}

function isConfigType(text: string): text is ConfigType {
  return text in ConfigTypeCode
}
