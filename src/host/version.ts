/** The version of this program, from its package. @module */
export { version } from '../../package.json' with { type: 'json' }
