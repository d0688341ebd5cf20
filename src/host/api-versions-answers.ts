/**
 * What this broker answers to ApiVersions on a new directory, made while the program is built: importing this with
 * `{ type: 'macro' }` leaves the answers alone.
 * @module
 */
import { answerTo, apiVersions } from '../api/18-api-versions.ts'
import { apis } from '../api/index.ts'
import { servedApis } from '../broker/dispatch.ts'
import { type NotedFeatures, notedOf } from '../broker/features-note.ts'
import { openSteps, takeSteps } from '../broker/opening.ts'
import { BrokerConfigs } from '../core/configs/broker-configs.ts'
import { writeResponse } from '../wire/frame.ts'
import { Writer } from '../wire/writer.ts'
import { SystemClock } from './clock.ts'
import { MemoryDisk } from './memory-disk.ts'
import { SystemRandom } from './random.ts'

const DISK_BYTES = 1024 * 1024
const EPOCH = '000fedcba9876543'

export interface ApiVersionsAnswers {
  /** Those of a new directory. */
  readonly features: NotedFeatures
  /**
   * A frame for each version that is served, from 0 on, in hexadecimal. Its correlation id is 0, its
   * finalizedFeaturesEpoch, where it has one, `epoch`.
   */
  readonly frames: readonly string[]
  /** Also in hexadecimal: no other eight bytes of a frame are these. */
  readonly epoch: string
}

export function apiVersionsAnswers(): ApiVersionsAnswers {
  const { features } = newCatalog()
  const served = servedApis(apis)
  const own = served.find(({ apiKey }) => apiKey === apiVersions.key)
  const request = { clientSoftwareName: 'any', clientSoftwareVersion: '1' }
  const inFrames = { ...features, epoch: Number(`0x${EPOCH}`) }
  const frames = Array.from({ length: (own?.maxVersion ?? -1) + 1 }, (_, version) => {
    const writer = new Writer()
    writeResponse(writer, apiVersions, version, 0, answerTo(request, version, served, inFrames))
    return writer.toBytes().toHex()
  })
  return { features: notedOf(features), frames, epoch: EPOCH }
}

/** That of a directory which has just been made. */
function newCatalog() {
  const disk = new MemoryDisk(DISK_BYTES)
  const log = { warn() {}, warnSparingly() {} }
  const surroundings = { clock: new SystemClock(), random: new SystemRandom(), configs: new BrokerConfigs(), log }
  return takeSteps(openSteps({ disk, ...surroundings })).catalog
}
