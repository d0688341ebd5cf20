/** The versions that the load client speaks: fixed layouts, and the first ones that allow zstd (KIP-110). @module */

export const PRODUCE_VERSION = 7
/** Of a fetch that is answered at once. */
export const FETCH_VERSION = 11
/** Of a fetch that waits for records: the bare source reads no further than the version, and so knows that it shall wait. */
export const TAIL_FETCH_VERSION = 10
