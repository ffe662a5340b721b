import type { Status } from '../../../../schemas/protocol/stream.ts'

/** Hollow circle: provisional. Solid: final. Triangle: corrected. */
export function StatusMark({ status, label }: { readonly status: Status; readonly label: string }) {
  return (
    <svg class={`mark mark-${status}`} viewBox="0 0 12 12" role="img" aria-label={label}>
      <title>{label}</title>
      {status === 'corrected' ? <path d="M6 1 L11.2 10.6 L0.8 10.6 Z" /> : <circle cx="6" cy="6" r="4.4" />}
    </svg>
  )
}
