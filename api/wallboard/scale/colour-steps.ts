import type { Kpi } from '../../../schemas/kpis/kpi.ts'
import { mix, type Oklab, oklch, toHex } from './oklab.ts'

export const stepCount = 5

/** A step's fill and the text colour that is readable on it. */
export interface ColourStep {
  readonly fill: string
  readonly ink: string
}

/*
 * From calm to "look here": dark blue to bright orange on a straight line in OKLab, so that the steps are evenly
 * different; lightness grows all the way, so that the order survives any kind of colour-blindness and a grey print.
 */
const calm = oklch(0.36, 0.085, 250)
const loud = oklch(0.82, 0.16, 68)
/** Where no direction is good: one hue, dark to light. */
const little = oklch(0.36, 0.07, 250)
const much = oklch(0.84, 0.08, 230)

const lightInk = '#f2f5f8'
const darkInk = '#0b1016'
/** From this lightness on, dark text is the more readable one. */
const inkTurns = 0.56

const judged = stepsBetween(calm, loud)
const neutral = stepsBetween(little, much)

/** Five steps; the first is calm (or little), the last wants attention (or is much). */
export function colourSteps(good: Kpi['good']): readonly ColourStep[] {
  return good === 'none' ? neutral : judged
}

function stepsBetween(from: Oklab, to: Oklab): readonly ColourStep[] {
  return Array.from({ length: stepCount }, (_, i) => {
    const colour = mix(from, to, i / (stepCount - 1))
    return { fill: toHex(colour), ink: colour.l < inkTurns ? lightInk : darkInk }
  })
}
