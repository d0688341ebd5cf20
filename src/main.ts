/** argv → command. @module */
import { run } from './host/cli/run.ts'

run(process.argv.slice(2))
