import { type Static, Type } from 'typebox'
import { type Kiosk, kioskStates, stateOf } from '../../access/kiosks/kiosk.ts'
import { EpochMs, NullableEpochMs, NullableString } from '../wire-schemas.ts'

export const KioskSchema = Type.Object({
  id: Type.String(),
  wall: Type.String(),
  regions: Type.Array(Type.String(), { description: 'Each with everything below it' }),
  state: Type.Enum([...kioskStates]),
  created_by: Type.String(),
  created_at: EpochMs,
  expires_at: EpochMs,
  revoked_by: NullableString,
  revoked_at: NullableEpochMs,
})

/** @param now wall time, epoch ms */
export function kioskJson({ kiosk_id, ...kiosk }: Kiosk, now: number): Static<typeof KioskSchema> {
  return {
    id: kiosk_id,
    ...kiosk,
    regions: [...kiosk.regions],
    state: stateOf({ kiosk_id, ...kiosk }, now),
  }
}
