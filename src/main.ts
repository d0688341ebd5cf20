/** argv → command. @module */
import { start } from './host/start.ts'

await start(process.argv.slice(2))
