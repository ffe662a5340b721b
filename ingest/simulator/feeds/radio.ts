import { radioCalibration as calibration, quantile } from '../calibration.ts'
import { hourMs, week, weekly } from '../local-time.ts'
import { countyCode, countyOf, countyTraits, type Province, withinCounty } from '../province.ts'
import { roundedAt, signed, smooth, split, uniform } from '../random.ts'
import { cellsPerSite } from '../scale.ts'
import type { PeriodicFeed } from './feed.ts'

/** A 100 MHz carrier with 30 kHz subcarriers has 273 resource blocks (3GPP TS 38.101-1, table 5.3.2-1). */
const availablePrb = 273
/** Downlink rate of a fully loaded cell, Mbit/s, and what goes up of it: assumed, long-term means of busy cells. */
const fullRateMbit = 200
const uplinkShare = 0.12
/** RRC connection attempts a second of a fully loaded cell: assumed, about 20,000 in a busy 15 minutes. */
const fullAttemptsPerS = 25
/** Mean session of a data radio bearer, s: assumed. */
const sessionS = 11
/** Files of a period arrive within 120 s of a quarter of an hour's end; in proportion for other periods. */
const burstShare = 120 / 900
const minuteMs = 60_000

/**
 * Counters of one NR cell and period (3GPP TS 28.552), `event_time` = end of the period.
 * Load follows the calibrated week, each cell around a mean of its own; everything else follows load.
 * Failure ratios differ by city: accessibility about 99.3 to 99.9 %, handover success about 97 to 98.8 %.
 */
export function radioFeed(province: Province): PeriodicFeed {
  const { seed, cells } = province
  const key = split(seed, 'radio')
  const keys = {
    mean: split(key, 'mean'),
    slow: split(key, 'slow'),
    fast: split(key, 'fast'),
    fault: split(key, 'fault'),
    chance: split(key, 'chance'),
    outage: split(key, 'outage'),
    energy: split(key, 'energy'),
    phase: split(key, 'phase'),
  }
  const busy = countyTraits(seed, 'radio load')
  const failing = countyTraits(seed, 'radio access')
  const dropping = countyTraits(seed, 'radio handover')
  const breaking = countyTraits(seed, 'radio availability')
  const thirst = countyTraits(seed, 'radio energy')
  const shape = week(calibration.workday, calibration.weekend, calibration.weekend)
  const periodS = province.scale.periodS.radio_pm
  const periodMs = periodS * 1000

  /** Share of the resource blocks that is used, on a cell that works. */
  const loadOf = (cell: number, county: number, t: number): number => {
    const mean = quantile(calibration.cellLoad, uniform(keys.mean, cell)) * (1 + 0.3 * (busy[county] ?? 0))
    const noise =
      1 + 0.22 * smooth(keys.slow, cell, t, 40 * minuteMs) + 0.08 * smooth(keys.fast, cell, t, 5 * minuteMs)
    return Math.min(0.95, Math.max(0.004, mean * weekly(shape, t) * noise))
  }

  /** Seconds of the period in which the cell was out of service: some cells, some hours, 5 to 55 minutes. */
  const unavailableS = (cell: number, county: number, end: number): number => {
    const hour = Math.floor((end - 1) / hourMs)
    const share = 0.0018 * 2 ** (1.6 * (breaking[county] ?? 0))
    if (uniform(keys.outage, cell, hour) >= share) return 0
    const length = (5 + 50 * uniform(keys.outage, cell, hour ^ 0x55555555)) * minuteMs
    const start = hour * hourMs + (hourMs - length) * uniform(keys.outage, cell, hour ^ 0x2aaaaaaa)
    const overlap = Math.min(end, start + length) - Math.max(end - periodMs, start)
    return Math.round(Math.max(0, overlap) / 1000)
  }

  return {
    record: 'radio_pm',
    feed: 'radio',
    population: cells,
    periodMs,
    stamp: 'boundary',
    phaseMs: cell => Math.floor(uniform(keys.phase, cell) * periodMs * burstShare),
    read(cell, end) {
      const county = countyOf(cells, cell)
      const middle = end - periodMs / 2
      const period = Math.round(end / periodMs)
      const out = unavailableS(cell, county, end)
      const up = 1 - out / periodS
      const load = loadOf(cell, county, middle) * up
      const chance = (n: number) => uniform(keys.chance, cell, period * 8 + n)

      const bad = 1 + 0.35 * smooth(keys.fault, county, middle, 3 * hourMs)
      const refused = 0.0033 * 2 ** (1.1 * (failing[county] ?? 0)) * bad * (1 + 0.6 * load)
      const lost = 2 ** (0.55 * (dropping[county] ?? 0)) * bad
      const rrc = pair(load * fullAttemptsPerS * periodS, 0.4 * refused, chance(0), chance(1))
      const ue = pair(rrc.succ * 0.9, 0.2 * refused, chance(2), chance(3))
      const drb = pair(ue.succ * 1.3, 0.4 * refused, chance(4), chance(5))
      const prep = pair(drb.succ * 0.4, 0.0085 * lost, chance(6), chance(7))
      const exec = pair(prep.succ, 0.011 * lost, chance(7), chance(6))
      const down = load * fullRateMbit * periodS * (1 + 0.1 * signed(keys.mean, cell, 1))
      const idle = quantile(calibration.idleShare, uniform(keys.energy, cell))
      const fullW = (850 + 150 * signed(keys.energy, cell, 1)) * (1 + 0.12 * (thirst[county] ?? 0))

      return {
        asset_id: cellId(province, cell),
        event_time: end,
        period_s: periodS,
        rrc_estab_att: rrc.att,
        rrc_estab_succ: rrc.succ,
        uectx_estab_att: ue.att,
        uectx_estab_succ: ue.succ,
        drb_estab_att: drb.att,
        drb_estab_succ: drb.succ,
        drb_rel_act: Math.min(drb.succ, roundedAt(drb.succ * 0.0013 * lost, chance(3))),
        drb_session_s: Math.round(drb.succ * sessionS * (1 + 0.05 * bad)),
        prb_used_dl: tenths(load * availablePrb),
        prb_avail_dl: tenths(up * availablePrb),
        ho_prep_att: prep.att,
        ho_prep_succ: prep.succ,
        ho_exec_att: exec.att,
        ho_exec_succ: exec.succ,
        pdcp_volume_dl_mbit: tenths(down),
        pdcp_volume_ul_mbit: tenths(down * uplinkShare),
        energy_kwh: (Math.round(fullW * (idle + (1 - idle) * load)) * periodS) / 3.6e6,
        unavailable_s: out,
        suspect: false,
      }
    },
  }
}

/** Attempts and how many of them succeeded, in whole numbers whose expectation is exact. */
function pair(attempts: number, failureRatio: number, a: number, b: number): { att: number; succ: number } {
  const att = roundedAt(attempts, a)
  return { att, succ: att - Math.min(att, roundedAt(att * failureRatio, b)) }
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10
}

/** `site-370102-00007`: numbered within its county. */
export function siteId({ sites }: Province, site: number): string {
  const county = countyCode(countyOf(sites, site))
  return `site-${county}-${String(withinCounty(sites, site) + 1).padStart(5, '0')}`
}

/** `cell-370102-00007-2`: the second sector of that site. */
export function cellId({ cells }: Province, cell: number): string {
  const within = withinCounty(cells, cell)
  const site = Math.floor(within / cellsPerSite) + 1
  const sector = (within % cellsPerSite) + 1
  return `cell-${countyCode(countyOf(cells, cell))}-${String(site).padStart(5, '0')}-${sector}`
}
