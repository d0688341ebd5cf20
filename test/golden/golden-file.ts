/** Where the golden tests take Kafka's bytes from. @module */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** `batches`: record batches; `vectors`: requests, responses, headers and coordinator records. */
export type GoldenKind = 'batches' | 'vectors'

const root = join(import.meta.dir, '../..')

/** The lines of a golden file, parsed. */
export function goldenLines(kind: GoldenKind): unknown[] {
  return goldenTexts(kind).map(parseLine)
}

/**
 * The lines of a golden file as they stand there: of the file that the environment names (BATCHES, VECTORS), else of the
 * one shared beside the project, else of the extract that the project carries.
 */
export function goldenTexts(kind: GoldenKind): string[] {
  const named = process.env[kind.toUpperCase()]
  const shared = join(root, `../shared/kafka/${kind}.ndjson`)
  const text = named ? readText(named) : existsSync(shared) ? readText(shared) : readText(ownGoldenFile(kind))
  return text.split('\n').filter(Boolean)
}

/** The gzipped extract in this folder. */
export function ownGoldenFile(kind: GoldenKind): string {
  return join(import.meta.dir, `${kind}.ndjson.gz`)
}

function readText(path: string): string {
  const bytes = readFileSync(path)
  return path.endsWith('.gz') ? gunzipSync(bytes).toString() : bytes.toString()
}

function parseLine(line: string): unknown {
  return JSON.parse(line)
}
