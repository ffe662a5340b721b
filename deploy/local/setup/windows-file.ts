import { Type } from 'typebox'
import { CodedError } from '../../../platform/errors.ts'
import type { WindowSizes } from '../../../platform/window-sizes.ts'
import { readStateFile, StateFile, type StateFileOptions } from './state-file.ts'

/** `windows.json` of a data directory: how long the windows are that its data were counted in, ms by record type. */
const Sizes = Type.Record(Type.String(), Type.Integer({ minimum: 1 }))

/** Null while nothing was counted here, or where only an earlier version was at work. @throws CodedError `windows_state_broken` */
export function readWindowsFile(path: string): WindowSizes | null {
  return readStateFile(
    path,
    Sizes,
    reason =>
      new CodedError('windows_state_broken', `${path} tells no sizes of windows: ${reason}`, {
        hint: 'remove it; what is stored in ClickHouse tells the sizes then',
      }),
  )
}

/** Call before anything counts. Returns what gives up writing it, where the disk is full. */
export function writeWindowsFile(options: StateFileOptions, sizes: WindowSizes): () => void {
  const file = new StateFile(options)
  file.put(`${JSON.stringify(sizes)}\n`)
  return () => file.close()
}
