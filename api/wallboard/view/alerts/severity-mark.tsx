import type { Severity } from '../../../../schemas/alerts/severity.ts'

/** The worse, the more corners point outwards: told apart without colour, on a map of 14 units too. */
const shapes: Readonly<Record<Severity, string>> = {
  critical: 'M8 0.5 L10.3 5.7 L15.5 8 L10.3 10.3 L8 15.5 L5.7 10.3 L0.5 8 L5.7 5.7 Z',
  major: 'M8 1 L15.5 14.5 L0.5 14.5 Z',
  minor: 'M2 2 H14 V14 H2 Z',
  warning: 'M8 1.5 A6.5 6.5 0 1 1 7.99 1.5 Z',
}

interface Props {
  readonly severity: Severity
  /** Somebody should look: filled; else only its outline. */
  readonly isDemanding: boolean
  readonly label?: string
}

/** A severity as a shape; the word stands beside it or in its label. */
export function SeverityMark({ severity, isDemanding, label }: Props) {
  const hidden = label === undefined
  return (
    <svg
      class={`severity is-${severity}`}
      data-demanding={isDemanding}
      viewBox="-1 -1 18 18"
      role={hidden ? undefined : 'img'}
      aria-label={label}
      aria-hidden={hidden ? 'true' : undefined}
    >
      <path d={shapes[severity]} />
    </svg>
  )
}

/** The same inside another drawing, around a point. */
export function SeverityShape({
  severity,
  x,
  y,
  size,
}: { readonly severity: Severity } & Readonly<Record<'x' | 'y' | 'size', number>>) {
  return (
    <g transform={`translate(${x - size / 2} ${y - size / 2}) scale(${size / 16})`}>
      <path
        class={`map-mark is-${severity}`}
        data-testid="map-mark"
        data-severity={severity}
        d={shapes[severity]}
      />
    </g>
  )
}
