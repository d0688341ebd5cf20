/** Makes dist/strikemq, one file that needs nothing else. `bun build.ts [--target=bun-linux-arm64]` @module */
import { mkdirSync, writeFileSync } from 'node:fs'

const TARGET = '--target='
const target = process.argv.find(arg => arg.startsWith(TARGET))?.slice(TARGET.length)

mkdirSync('dist', { recursive: true })
writeFileSync('dist/.gitignore', '*\n')

await Bun.build({
  entrypoints: ['src/main.ts'],
  format: 'esm',
  bytecode: true,
  // Identifiers stay, so that a stack trace can be read.
  minify: { whitespace: true, syntax: true, identifiers: false },
  define: { 'process.env.NODE_ENV': '"production"' },
  compile: {
    outfile: 'dist/strikemq',
    ...(isTarget(target) && { target }),
    // The folder that it runs in must not change what it does: a bunfig.toml there could even run code.
    autoloadDotenv: false,
    autoloadBunfig: false,
  },
})

function isTarget(text: string | undefined): text is Bun.Build.CompileTarget {
  return text?.startsWith('bun-') ?? false
}
