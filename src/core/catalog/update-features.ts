/** Which features come to another level, or why none does (FeatureControlManager). @module */
import type { BrokerConfigs } from '../configs/broker-configs.ts'
import { excerpt } from '../configs/definition.ts'
import type { FeatureUpdate, UpdateFeatures } from './commands.ts'
import { type CatalogDecision, type Fault, fault, noFault } from './decision.ts'
import { dependencyFault, ELIGIBLE_LEADER_REPLICAS, KRAFT_VERSION, METADATA_VERSION, supportFault } from './features.ts'
import { safetyRecords } from './least-isr.ts'
import type { MetadataRecord } from './metadata-record.ts'
import type { CatalogState } from './state.ts'

type Levels = ReadonlyMap<string, number>

/** FeatureUpdate.UpgradeType */
const UpgradeType = { UPGRADE: 1, SAFE_DOWNGRADE: 2, UNSAFE_DOWNGRADE: 3 } as const
const upgradeTypes: ReadonlySet<number> = new Set(Object.values(UpgradeType))

/** The levels of metadata.version that brought other records: nothing leads back over them (didMetadataChange). */
const levelsOfNewRecords = [7, 8, 11, 13, 14, 15, 17, 23, 30]

/** Everything that is asked for, or nothing. */
export function decideUpdateFeatures(
  state: CatalogState,
  { updates, validateOnly }: UpdateFeatures,
  broker: BrokerConfigs,
): CatalogDecision {
  // Of a feature that comes twice the last update counts.
  const wanted = new Map(updates.map(update => [update.feature, update]))
  const proposed = new Map(state.features)
  for (const { feature, maxVersionLevel } of wanted.values()) proposed.set(feature, maxVersionLevel)
  for (const update of wanted.values()) {
    const why = faultOf(update, state.features, proposed)
    if (why !== null) return answer(fault('INVALID_UPDATE_VERSION', refusal(update, why)))
  }
  if (validateOnly) return answer(noFault)
  const levels = [...wanted.values()].flatMap(levelRecords)
  const isElecting = (wanted.get(ELIGIBLE_LEADER_REPLICAS)?.maxVersionLevel ?? 0) > 0
  if (!isElecting) return { records: levels, ...answer(noFault) }
  const records = [...safetyRecords(state, broker), ...levels]
  return { records, effects: [{ type: 'configsChanged', topicId: null }], ...answer(noFault) }
}

function answer(result: Fault): CatalogDecision {
  return { replies: [['', { type: 'updateFeatures', result }]] }
}

function refusal({ feature, maxVersionLevel }: FeatureUpdate, why: string): string {
  return `No feature is changed: ${excerpt(feature)} cannot be updated to ${maxVersionLevel}. ${why}`
}

/** The feature of the quorum is not among the records of the catalog, and stays as it is. */
function levelRecords({ feature: name, maxVersionLevel: featureLevel }: FeatureUpdate): MetadataRecord[] {
  return name === KRAFT_VERSION ? [] : [{ type: 'featureLevelRecord', value: { name, featureLevel } }]
}

/** Why the update is refused, or null; features have the `levels`, and would have those `proposed`. */
function faultOf({ feature, maxVersionLevel: level, upgradeType }: FeatureUpdate, levels: Levels, proposed: Levels) {
  if (!upgradeTypes.has(upgradeType)) return `There is no upgrade type ${upgradeType}.`
  const unsupported = supportFault(feature, level)
  if (unsupported !== null) return unsupported
  const current = levels.get(feature) ?? 0
  const isUpgrade = upgradeType === UpgradeType.UPGRADE
  if (level < current && isUpgrade) return `It is at ${current}, and a downgrade must be called one.`
  if (level > current && !isUpgrade) return `It is at ${current}, and a downgrade leads to no higher level.`
  if (feature === METADATA_VERSION) return losesMetadata(current, level) ? 'It would lose metadata.' : null
  // That a quorum can take voters in is of no use to one node.
  if (feature === KRAFT_VERSION) return level === current ? null : 'The quorum is one node and stays it.'
  return dependencyFault(feature, level, proposed)
}

function losesMetadata(current: number, next: number): boolean {
  return levelsOfNewRecords.some(level => level > next && level <= current)
}
