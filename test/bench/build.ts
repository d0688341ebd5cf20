/** Makes the programs that are measured beside the broker; they lie beside it. @module */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { binary } from '../binary.ts'
import { outputOf, shared } from '../conformance/commands.ts'

const root = join(import.meta.dir, '../..')
const built = join(root, 'dist')

/** The broker, and what there is to say of it. */
export function strikemq(): { readonly path: string; readonly warning: string | null } {
  const path = binary()
  const builtMs = statSync(path).mtimeMs
  const isOld = [...new Bun.Glob('src/**/*').scanSync(root)].some(file => statSync(join(root, file)).mtimeMs > builtMs)
  return { path, warning: isOld ? `${path} is older than its source; 'bun run build' makes it anew` : null }
}

/** The bare sink and source, and what does nothing but listen: floors for work and for starts. */
export async function bare(): Promise<{ readonly sink: string; readonly listener: string }> {
  return { sink: await compiled('bare.ts', 'bench-bare'), listener: await compiled('listener.ts', 'bench-listener') }
}

/** Compiles a program of this folder as the broker is compiled. */
async function compiled(program: string, name: string): Promise<string> {
  const outfile = join(built, name)
  await Bun.build({
    entrypoints: [join(import.meta.dir, program)],
    format: 'esm',
    bytecode: true,
    minify: { whitespace: true, syntax: true, identifiers: false },
    define: { 'process.env.NODE_ENV': '"production"' },
    compile: { outfile, autoloadDotenv: false, autoloadBunfig: false },
  })
  return outfile
}

/** The load client in C that stands beside the project. Throws where it cannot be compiled. */
export async function rawbench(): Promise<string> {
  const outfile = join(built, 'bench-rawbench')
  await outputOf(['gcc', '-O2', '-msse4.2', '-w', '-o', outfile, join(shared, 'bench/rawbench.c')])
  return outfile
}
