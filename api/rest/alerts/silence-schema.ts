import { type Static, Type } from 'typebox'
import { matchOperators, silenceKinds } from '../../../schemas/alerts/silence.ts'
import { type KnownSilence, silenceStateOf, silenceStates } from '../../alerts/silence-book.ts'
import { EpochMs, NullableEpochMs, NullableString } from '../wire-schemas.ts'

export const MatcherSchema = Type.Object(
  {
    label: Type.String({
      pattern: '^[A-Za-z_][A-Za-z0-9_]{0,63}$',
      description: '`alertname`, `region`, `level`, `feed`, `kpi`, `severity`, or a label of the rule',
    }),
    op: Type.Enum([...matchOperators], {
      description: 'As in Alertmanager; a pattern matches the whole value',
    }),
    value: Type.String({ maxLength: 200 }),
  },
  { additionalProperties: false },
)

export const SilenceStateName = Type.Enum([...silenceStates])

export const SilenceSchema = Type.Object({
  silence_id: Type.String(),
  kind: Type.Enum([...silenceKinds]),
  state: SilenceStateName,
  regions: Type.Array(Type.String(), { description: 'Each with everything below it' }),
  matchers: Type.Array(MatcherSchema, { description: 'All of them must match; none: everything' }),
  starts_at: EpochMs,
  ends_at: EpochMs,
  reason: Type.String(),
  created_by: Type.String(),
  created_at: EpochMs,
  cancelled_by: NullableString,
  cancelled_at: NullableEpochMs,
  not_applied: {
    ...NullableString,
    description: 'Why alerting does not apply it, such as a pattern that costs too much; null where it does',
  },
})

/** @param now event time, epoch ms */
export function silenceJson(silence: KnownSilence, now: number): Static<typeof SilenceSchema> {
  const { regions, matchers } = silence
  return {
    ...silence,
    regions: [...regions],
    matchers: matchers.map(matcher => ({ ...matcher })),
    state: silenceStateOf(silence, now),
  }
}

const minutesOfMonth = 31 * 24 * 60

/** What every wish for silence says. */
export const silenceWish = {
  reason: Type.String({ minLength: 1, maxLength: 500, description: 'Why nobody is to be woken' }),
  minutes: Type.Integer({ minimum: 1, maximum: minutesOfMonth, description: 'How long it holds' }),
  kind: Type.Enum([...silenceKinds], {
    default: 'silence',
    description: '`maintenance`: it was planned, and says so on the wall',
  }),
}
