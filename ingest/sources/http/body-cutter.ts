/** Cuts a body into slices of items as it comes in. Items that cannot be read are items too: `UnreadableItem`. */
export interface BodyCutter {
  /**
   * The slices that end in this chunk, read one by one as they are asked for; ask for all of them.
   * @throws CodedError `too_many_items`
   */
  take(chunk: Buffer): Slices
  /** The slices of what is left. @throws CodedError `too_many_items` */
  end(): Slices
}

export type Slices = Generator<readonly unknown[], void, undefined>

/** Bytes that wait for what follows. */
export class HeldBytes {
  private parts: Buffer[] = []
  length = 0

  add(bytes: Buffer): void {
    this.parts.push(bytes)
    this.length += bytes.length
  }

  /** All of them and these; nothing is held any more. */
  takeWith(bytes: Buffer): Buffer {
    const all = this.parts.length === 0 ? bytes : Buffer.concat([...this.parts, bytes])
    this.parts = []
    this.length = 0
    return all
  }
}
