/** Who asks, as the host gives it. @module */

export interface Caller {
  /** Who is there, for the log: address and port of a connection. */
  readonly name: string
  /** Its address alone. */
  readonly address: string
  /** The address that this client is told to connect to. */
  readonly endpoint: { readonly host: string; readonly port: number }
  /** Bytes that an answer may have, given what this and all other clients have not read yet. */
  readonly roomBytes: number
}

/** The other end of a connection. */
export interface Peer extends Caller {
  /** Sends `pieces`, which are valid during the call only, and returns the bytes that are still to go out. */
  send(pieces: readonly Uint8Array[]): number
  /** No more input until `resume`. */
  pause(): void
  resume(): void
  /** Calls `goOn` once the others have had their turn; not at all where the connection is closed before. */
  rest(goOn: () => void): void
  /** Closes the connection, once what was sent is on its way. */
  finish(): void
  /** Does so too; `reason` goes to the log. */
  close(reason: string): void
}
