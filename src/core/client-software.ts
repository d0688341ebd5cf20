/** What a client may call itself, and its version (ApiVersionsRequest.isValid). @module */

export function isSoftwareName(name: string): boolean {
  return /^[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?$/.test(name)
}
