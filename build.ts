/** Makes dist/strikemq, one file that needs nothing else. `bun build.ts [--target=bun-linux-arm64]` @module */
import { mkdirSync, writeFileSync } from 'node:fs'

const TARGET_FLAG = '--target='
const target = process.argv.find(arg => arg.startsWith(TARGET_FLAG))?.slice(TARGET_FLAG.length)

mkdirSync('dist', { recursive: true })
writeFileSync('dist/.gitignore', '*\n')

await Bun.build({
  entrypoints: ['src/main.ts'],
  format: 'esm',
  bytecode: true,
  // Identifiers stay: stack traces can be read, and no source map has to be carried.
  minify: { whitespace: true, syntax: true, identifiers: false },
  define: { 'process.env.NODE_ENV': '"production"' },
  splitting: true,
  compile: {
    outfile: 'dist/strikemq',
    ...(target !== undefined && { target: compileTarget(target) }),
    // The folder that it runs in must not change what it does: a bunfig.toml there could even run code.
    autoloadDotenv: false,
    autoloadBunfig: false,
    // What runs once is not worth compiling; `serve` ends this once the broker is ready.
    jitPolicy: 8,
  },
})

function compileTarget(text: string): Bun.Build.CompileTarget {
  if (!isCompileTarget(text)) throw new Error(`--target wants a target like bun-linux-arm64, not '${text}'`)
  return text
}

/** Bun itself says which of these there are. */
function isCompileTarget(text: string): text is Bun.Build.CompileTarget {
  return text.startsWith('bun-')
}
