/**
 * What this broker answers to ApiVersions, made while the program is built: importing this with `{ type: 'macro' }` leaves
 * the answers alone.
 * @module
 */
import { answerTo, apiVersions } from '../api/18-api-versions.ts'
import { apis } from '../api/index.ts'
import { servedApis } from '../broker/dispatch.ts'
import { writeResponse } from '../wire/frame.ts'
import { Writer } from '../wire/writer.ts'

/** A frame for each version that is served, from 0 on, in hexadecimal; its correlation id is 0. */
export function apiVersionsAnswers(): string[] {
  const served = servedApis(apis)
  const own = served.find(({ apiKey }) => apiKey === apiVersions.key)
  const request = { clientSoftwareName: 'any', clientSoftwareVersion: '1' }
  return Array.from({ length: (own?.maxVersion ?? -1) + 1 }, (_, version) => {
    const writer = new Writer()
    writeResponse(writer, apiVersions, version, 0, answerTo(request, version, served))
    return writer.toBytes().toHex()
  })
}
