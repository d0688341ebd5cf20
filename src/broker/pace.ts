/** How work that nobody waits for is spread. @module */

/** What it may take of everybody's time at once, and how long everybody else is served then. */
export const SLICE_MS = 2
export const REST_MS = 1
