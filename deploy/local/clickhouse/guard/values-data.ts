const longestComputed = 1024 * 1024
/**
 * Bytes that an expression may need to reach a file: the functions' names, a subquery, a name in quotes (which may be
 * escaped; the curly ones count for the engine), a name as a parameter. In a text they do no harm.
 */
const suspicious = /file|catboost|select|[`"]|\xe2\x80[\x98\x99\x9c\x9d]|:\s*identifier\s*\}/i

export interface WatchedValues {
  readonly data: AsyncIterable<Uint8Array>
  /** Once all is read: whether expressions such as `now()` among the values may be computed. */
  readonly mayCompute: () => boolean
}

/**
 * Data of the format Values is SQL that no statement shows. Rows of plain values are read in any case; expressions are
 * only computed in data that cannot hold a harmful one.
 */
export function watchValues(source: AsyncIterable<Uint8Array>): WatchedValues {
  const head: Uint8Array[] = []
  let bytes = 0
  return {
    data: (async function* () {
      for await (const chunk of source) {
        bytes += chunk.byteLength
        if (bytes <= longestComputed) head.push(chunk)
        yield chunk
      }
    })(),
    mayCompute: () => bytes <= longestComputed && !suspicious.test(Buffer.concat(head).toString('latin1')),
  }
}
