import { CodedError } from '../../../../platform/errors.ts'
import type { Format } from '../format.ts'
import { pmXml } from '../pm/pm-xml.ts'
import type { SourceFile } from '../source-file.ts'
import { cellLoad } from './cell-load.ts'
import { coolingHeat } from './cooling-heat.ts'
import { declined } from './declined.ts'
import { gpuServers } from './gpu-servers.ts'
import { gridLines } from './grid-lines.ts'
import { ownRecords } from './own-records.ts'
import { parkingChanges } from './parking-changes.ts'

/** Every format that can be replayed. */
export const formats: readonly Format[] = [
  parkingChanges,
  gpuServers,
  coolingHeat,
  cellLoad,
  gridLines,
  pmXml,
  ownRecords,
]

/** @throws CodedError `file_declined` with the reason, `file_unknown`. */
export function formatOf(file: SourceFile): Format {
  const format = formats.find(candidate => candidate.matches(file))
  if (format) return format
  const reason = declined.find(candidate => file.head.startsWith(candidate.header))?.reason
  if (reason) throw new CodedError('file_declined', `${file.path}: ${reason}`)
  throw new CodedError('file_unknown', `${file.path}: none of the known formats`, {
    hint: 'see docs/replay.md',
  })
}
