import type { Alert } from '../../../../schemas/alerts/alert.ts'
import { shinan, ToldEngine } from '../engine/told-county.ts'

/** An alert that fires, with what a test needs otherwise. */
export function firedAlert(changes: Partial<Alert> = {}): Alert {
  const [alert] = new ToldEngine().tell({ region: shinan, window: 0, celsius: 31 }).engine.book.all()
  return { ...alert!, ...changes }
}
