import type { Feed, RecordId } from '../../../schemas/records/record.ts'
import { parkingCalibration, serverCalibration } from '../calibration.ts'
import type { Item } from '../feeds/feed.ts'
import { hash, split, uniform } from '../random.ts'
import { breakItem, forgetField } from './broken.ts'
import type { Outages } from './outages.ts'

/**
 * What happens to readings between the device and the door, as shares of all readings:
 *
 * | kind          | share     | what                                                                           |
 * |---------------|-----------|--------------------------------------------------------------------------------|
 * | duplicate     | 0.5 %     | the same bytes once more within 2 s                                            |
 * | out_of_order  | 1.5 %     | delayed by 1.5 s on average with a long tail, 30 s at most                     |
 * | late          | ~0.1 %    | a gateway keeps what it gets for 1 to 6 minutes, then sends it all             |
 * | broken        | see below | values that the door refuses                                                   |
 * | incomplete    | 0.2 %     | a field is null: the door takes it, measures of that field do not              |
 * | suspect       | 0.3 %     | of radio_pm: marked unreliable by the element itself; of racks: nothing connected |
 * | unregistered  | 0.01 %    | besides, the same reading under the asset_id of a device nobody registered     |
 *
 * Broken: racks, facilities 0.18 % (calibrated), radio_pm and inspections 0.2 % (assumed), parking 3.3 %
 * (calibrated): there, as in reality, whole hours of few car parks. Alarms and defects are repeated and delayed only.
 * Apart from these, 1.5 % of the devices are silent at any time, half an hour each.
 */
export const disturbances = [
  'normal',
  'duplicate',
  'out_of_order',
  'late',
  'broken',
  'incomplete',
  'suspect',
  'unregistered',
] as const
export type Disturbance = (typeof disturbances)[number]

/** What a device would send at `dueAt` if nothing went wrong. */
export interface Planned {
  readonly record: RecordId
  readonly feed: Feed
  /** Index of the county. */
  readonly county: number
  /** Number of the device or event; tells disturbances of equal times apart. */
  readonly device: number
  readonly dueAt: number
  readonly item: Item
}

/** An item on its way into the door. */
export interface Emission {
  readonly record: RecordId
  readonly kind: Disturbance
  readonly item: Item
  /** When it reaches the door, epoch ms. */
  readonly at: number
}

export interface Faults {
  /** Whether the device sends nothing at that time, by itself or in an outage. */
  isSilent(record: RecordId, feed: Feed, county: number, device: number, dueAt: number): boolean
  /** What becomes of a planned reading, appended to `emissions`. */
  disturb(planned: Planned, emissions: Emission[]): void
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const silentSlotMs = 30 * minuteMs
const silentShare = 0.015
const gatewaySlotMs = 15 * minuteMs
const gatewaysPerCounty = 4
const gatewayChance = 0.0045
const shortestHoldMs = minuteMs
const longestHoldMs = 6 * minuteMs

const duplicateShare = 0.005
const outOfOrderShare = 0.015
const meanDelayMs = 1500
const longestDelayMs = 30_000
const incompleteShare = 0.002
const suspectShare = 0.003
const unregisteredShare = 0.0001

const brokenShare: Readonly<Record<RecordId, number>> = {
  radio_pm: 0.002,
  radio_alarm: 0,
  rack: serverCalibration.impossible,
  facility: serverCalibration.impossible,
  grid_inspection: 0.002,
  grid_defect: 0,
  parking: 0,
}

export function faultsOf(seed: number, outages: Outages): Faults {
  const keys = new Map<RecordId, ReturnType<typeof keysOf>>()
  const keysFor = (record: RecordId) => {
    const known = keys.get(record)
    if (known) return known
    const made = keysOf(seed, record)
    keys.set(record, made)
    return made
  }

  return {
    isSilent(record, feed, county, device, dueAt) {
      if (outages.silencing(feed, county, dueAt)) return true
      // Devices fall silent each at its own time, not all on the half-hour.
      const slot = Math.floor((dueAt + (device % 1801) * 1000) / silentSlotMs)
      return uniform(keysFor(record).silent, device, slot) < silentShare
    },

    disturb({ record, feed, county, device, dueAt, item }, emissions) {
      const key = keysFor(record)
      const isEvent = record === 'radio_alarm' || record === 'grid_defect'
      const second = Math.floor(dueAt / 1000)
      const dice = hash(key.dice, device, second)
      let at = dueAt + 20 + (dice % 380)
      let kind: Disturbance = 'normal'
      let sent = item

      const releasedAt = isEvent ? null : releaseOf(key.gateway, county, device, dueAt)
      if (releasedAt !== null) {
        kind = 'late'
        at = releasedAt + (dice % 3000)
      }
      let roll = uniform(key.roll, device, second)
      const falls = (share: number): boolean => {
        roll -= share
        return roll < 0 && roll >= -share
      }
      const isDuplicate = falls(duplicateShare)
      if (falls(outOfOrderShare) && kind === 'normal') {
        kind = 'out_of_order'
        at += Math.min(longestDelayMs, -meanDelayMs * Math.log(1 - uniform(dice, 1)))
      }
      const countsWrong =
        record === 'parking' &&
        uniform(key.counter, device, Math.floor(dueAt / hourMs)) < parkingCalibration.impossible
      if (falls(brokenShare[record]) || countsWrong) {
        kind = 'broken'
        sent = breakItem(record, item, dice)
      } else if (!isEvent) {
        if (falls(incompleteShare)) {
          kind = 'incomplete'
          sent = forgetField(record, item, dice)
        } else if ((record === 'radio_pm' || record === 'rack') && falls(suspectShare)) {
          kind = 'suspect'
          sent = { ...item, ...(record === 'rack' ? { it_power_w: 0, inlet_temp_c: 0 } : { suspect: true }) }
        } else if (falls(unregisteredShare)) {
          const stranger = { ...item, asset_id: `${item.asset_id}-new` }
          emissions.push({ record, kind: 'unregistered', item: stranger, at })
        }
      }
      const outage = outages.silencing(feed, county, at)
      if (outage) at = outage.to + (dice % 3000)
      emissions.push({ record, kind, item: sent, at })
      if (isDuplicate) {
        emissions.push({ record, kind: 'duplicate', item: sent, at: at + (hash(dice, 2) % 2000) })
      }
    },
  }
}

function keysOf(seed: number, record: RecordId) {
  const key = split(seed, `faults ${record}`)
  return {
    silent: split(key, 'silent'),
    gateway: split(key, 'gateway'),
    dice: split(key, 'dice'),
    roll: split(key, 'roll'),
    counter: split(key, 'counter'),
  }
}

/** When the device's gateway lets go of what it got at `dueAt`, or null when it passes everything on. */
function releaseOf(key: number, county: number, device: number, dueAt: number): number | null {
  const gateway = county * gatewaysPerCounty + (device % gatewaysPerCounty)
  const slot = Math.floor(dueAt / gatewaySlotMs)
  if (uniform(key, gateway, slot) >= gatewayChance) return null
  const length = shortestHoldMs + (longestHoldMs - shortestHoldMs) * uniform(key, gateway, slot ^ 0x40000000)
  const from = slot * gatewaySlotMs + (gatewaySlotMs - length) * uniform(key, gateway, slot ^ 0x20000000)
  return dueAt >= from && dueAt < from + length ? Math.ceil(from + length) : null
}
