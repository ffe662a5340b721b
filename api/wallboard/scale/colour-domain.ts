import type { Kpi } from '../../../schemas/kpis/kpi.ts'
import { stepCount } from './colour-steps.ts'

/** Five classes of equal width: [low, low + step), … */
export interface ColourDomain {
  readonly low: number
  readonly step: number
}

/** Differences below this many units of the last shown decimal are no differences. */
const finestStep = 4

/**
 * The classes for the values on screen, with round bounds. What the values leave free goes to the side that is not
 * good, so that a province in which all cities are alike is calm, not half orange. `held` is kept while it fits:
 * colours must change because values do, not because the scale does.
 */
export function colourDomain(
  values: readonly number[],
  kpi: Pick<Kpi, 'good' | 'decimals'>,
  held?: ColourDomain,
): ColourDomain {
  const [min, max] = [Math.min(...values), Math.max(...values)]
  if (!Number.isFinite(min) || !Number.isFinite(max)) return held ?? { low: 0, step: 1 }
  const fresh = freshDomain(min, max, kpi)
  if (!held) return fresh
  if (min < held.low || max > highOf(held)) return fresh
  // Narrower only when the values would fit with room to spare, or they would leave it again at once.
  const room = (max - min) / 10
  const narrower = freshDomain(Math.max(min - room, Math.min(min, 0)), max + room, kpi)
  return narrower.step <= held.step / 2 ? fresh : held
}

function freshDomain(
  min: number,
  max: number,
  { good, decimals }: Pick<Kpi, 'good' | 'decimals'>,
): ColourDomain {
  const finest = decimals === 0 ? 1 : finestStep * 10 ** -decimals
  for (let step = roundUp(Math.max((max - min) / stepCount, finest)); ; step = roundUp(step * 1.01)) {
    const low = good === 'up' ? upwards(max, step) - stepCount * step : downwards(min, step)
    const clipped = tidy(min >= 0 ? Math.max(0, low) : low, step)
    if (clipped <= min && max <= tidy(clipped + stepCount * step, step)) return { low: clipped, step }
  }
}

/** The class of a value as an index into `colourSteps`: 0 is calm, the last wants attention. */
export function stepOf(value: number, { low, step }: ColourDomain, good: Kpi['good']): number {
  const at = Math.min(stepCount - 1, Math.max(0, Math.floor((value - low) / step + 1e-9)))
  return good === 'up' ? stepCount - 1 - at : at
}

/** The six bounds of the five classes, ascending. */
export function boundsOf({ low, step }: ColourDomain): readonly number[] {
  return Array.from({ length: stepCount + 1 }, (_, i) => tidy(low + i * step, step))
}

function highOf({ low, step }: ColourDomain): number {
  return tidy(low + stepCount * step, step)
}

/** The next of 1, 2, 2.5, 5 times a power of ten. */
function roundUp(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step))
  const factor = [1, 2, 2.5, 5, 10].find(f => f * power >= step * (1 - 1e-9)) ?? 10
  return Number((factor * power).toPrecision(6))
}

function upwards(value: number, step: number): number {
  return Math.ceil(value / step - 1e-9) * step
}

function downwards(value: number, step: number): number {
  return Math.floor(value / step + 1e-9) * step
}

/** Without the noise of binary fractions: 1.2 rather than 1.2000000000000002. */
function tidy(value: number, step: number): number {
  const digits = Math.max(0, 2 - Math.floor(Math.log10(step)))
  return Number(value.toFixed(Math.min(digits, 20)))
}
