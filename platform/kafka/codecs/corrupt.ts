/** Thrown where compressed bytes are not what their format says. */
export class Corrupt extends Error {}

/** Thrown before bytes are expanded beyond a limit. */
export class TooLarge extends Error {
  constructor(limit: number) {
    super(`it expands to more than ${limit} bytes`)
  }
}
