import { CodedError } from '../../../platform/errors.ts'
import type { SourceFile } from './source-file.ts'

/** Of one line or row, or between two tags, bytes; the door takes no greater item. */
export const maxPartBytes = 256 * 1024

/** The lines of a file that are not empty, without their ends, and their numbers. @throws CodedError `line_too_long` with the place, and as the file does */
export async function* linesOf(
  file: SourceFile,
  onProgress?: (bytes: number) => void,
): AsyncGenerator<readonly [number: number, line: string], void, undefined> {
  let number = 1
  let rest: Buffer[] = []
  let restBytes = 0
  const check = (bytes: number) => {
    if (bytes > maxPartBytes) throw lineTooLong(`${file.path}:${number}`)
  }
  for await (const chunk of file.read(onProgress) as AsyncIterable<Buffer>) {
    let start = 0
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
      check(restBytes + end - start)
      if (restBytes + end - start > 0) yield [number, lineOf([...rest, chunk.subarray(start, end)])]
      if (restBytes > 0) rest = []
      restBytes = 0
      number++
      start = end + 1
    }
    if (start < chunk.length) rest.push(chunk.subarray(start))
    restBytes += chunk.length - start
    check(restBytes)
  }
  if (restBytes > 0) yield [number, lineOf(rest)]
}

export function lineTooLong(place: string): CodedError {
  return new CodedError(
    'line_too_long',
    `${place}: a line has at most ${maxPartBytes} bytes, and this one more`,
  )
}

function lineOf(parts: readonly Buffer[]): string {
  const [only] = parts
  const bytes = parts.length === 1 && only ? only : Buffer.concat(parts)
  return bytes.toString('utf8').replace(/\r$/, '')
}
