/** Opens a data directory, or makes a new one, step by step: between two steps whoever waits can be served. @module */
import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import { makeUuid, type Uuid } from '../base/uuid.ts'
import { Catalog } from '../core/catalog/catalog.ts'
import type { BrokerConfigs } from '../core/configs/broker-configs.ts'
import type { LogLevel } from '../core/configs/log-levels.ts'
import { hasCleanShutdownMarker, removeCleanShutdownMarker } from '../log/checkpoints.ts'
import type { Disk } from '../log/disk.ts'
import { Cleaner } from './cleaner.ts'
import { noteFeatures } from './features-note.ts'
import { Flusher } from './flusher.ts'
import { openDirectory } from './format.ts'
import { PartitionLogs } from './logs.ts'
import { MetadataJournal } from './metadata-journal.ts'
import { ProducerExpiry } from './producer-expiry.ts'
import { Purgatory } from './purgatory.ts'
import { Removals } from './removals.ts'
import { Timers } from './timers.ts'
import type { Warnings } from './warnings.ts'

export interface OpeningOptions {
  readonly disk: Disk
  readonly clock: Clock
  readonly random: Random
  readonly configs: BrokerConfigs
  readonly log: Warnings & { level?: LogLevel }
}

/** What a broker is made of once its directory is open. */
export interface Opened {
  readonly timers: Timers
  readonly purgatory: Purgatory
  readonly logs: PartitionLogs
  readonly journal: MetadataJournal
  readonly catalog: Catalog
  readonly isCleanStart: boolean
}

/** Records of the metadata log that are replayed in a step: well below a millisecond. */
const STEP_RECORDS = 500

/** Throws DiskError where the directory cannot be read, and MalformedError where it is not one of Kafka's. */
export function* openSteps({ disk, clock, random, configs, log }: OpeningOptions): Generator<void, Opened> {
  const timers = new Timers(clock)
  const purgatory = new Purgatory(timers)
  const isCleanStart = hasCleanShutdownMarker(disk)
  const identity = openDirectory(disk, configs, random, clock.now())
  removeCleanShutdownMarker(disk)
  yield
  const now = () => clock.now()
  const onError = (message: string) => log.warnSparingly('storage', message)
  const flusher = new Flusher({ timers, configs, now })
  const logs = new PartitionLogs(
    {
      disk,
      configs,
      now,
      isCleanStart,
      cleaner: new Cleaner({ disk, timers, random, configs, now, onError }),
      expiry: new ProducerExpiry({ timers, configs, now }),
      removals: new Removals({ disk, timers, now, onError }),
      onError,
      warn: message => log.warn(message),
      makeId: () => makeUuid(size => random.bytes(size)),
    },
    grown => {
      purgatory.stir(grown)
      flusher.watch(grown)
    },
  )
  const journal = new MetadataJournal(disk, clock, identity, log)
  const deletedIds = new Set<Uuid>()
  yield
  const catalog = new Catalog({
    identity,
    configs,
    journal,
    directories: {
      create: (topic, from) => logs.create(topic, from),
      configure: topic => logs.configure(topic),
      remove: topic => logs.remove(topic),
      removeStrays: () => logs.removeStrays(name => catalog.topicByName(name), deletedIds),
    },
    log,
    randomBytes: size => random.bytes(size),
  })
  let count = 0
  for (const record of journal.records()) {
    catalog.recover(record)
    if (record.type === 'removeTopicRecord') deletedIds.add(record.value.topicId)
    if (++count % STEP_RECORDS === 0) yield
  }
  yield
  catalog.resume(clock.now())
  // The strays are dealt with, and the catalog keeps what asks for them.
  deletedIds.clear()
  noteFeatures(disk, catalog.features)
  return { timers, purgatory, logs, journal, catalog, isCleanStart }
}

/** Takes all steps at once. */
export function takeSteps<T>(steps: Generator<void, T>): T {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}
