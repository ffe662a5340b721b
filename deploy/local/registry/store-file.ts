import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Value } from 'typebox/value'
import { isDiskFull } from '../../../platform/disk-space.ts'
import { CodedError, messageOf } from '../../../platform/errors.ts'
import { registryErrors } from './registry-error.ts'
import { emptyStore, SchemaStore } from './schema-store.ts'

/** The store and its file: what `current` shows is in the file. */
export class StoreFile {
  readonly path: string
  private store: SchemaStore = emptyStore
  private lasting = true
  private tail: Promise<unknown> = Promise.resolve()

  constructor(path: string) {
    this.path = path
  }

  get current(): SchemaStore {
    return this.store
  }

  /** @throws CodedError `registry_state_broken` */
  async load(): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true })
    const text = await readFile(this.path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null
      throw error
    })
    if (text === null) return
    try {
      this.store = Value.Parse(SchemaStore, JSON.parse(text))
    } catch (error) {
      throw new CodedError(
        'registry_state_broken',
        `${this.path} is not a registry's state: ${messageOf(error)}`,
        { hint: 'put back a copy of it; without it the readings already in Kafka cannot be decoded' },
      )
    }
  }

  /**
   * Applies one change after the other; the result is acknowledged only when it is on disk.
   * @throws what `change` throws; RegistryError 50701 when there is no room for it, 50001 when it cannot be written
   */
  update<T extends { readonly store: SchemaStore }>(change: (store: SchemaStore) => T): Promise<T> {
    const result = this.tail.then(async () => {
      const changed = change(this.store)
      if (changed.store !== this.store) {
        await this.write(changed.store)
      } else if (!this.lasting) await this.makeLast()
      return changed
    })
    // The next change waits for this one; a failure is the caller's, not the next one's.
    this.tail = result.then(
      () => undefined,
      () => undefined,
    )
    return result
  }

  private async write(store: SchemaStore): Promise<void> {
    const aside = `${this.path}.new`
    try {
      await synced(aside, 'w', file => file.writeFile(`${JSON.stringify(store, null, 2)}\n`))
      await rename(aside, this.path)
    } catch (error) {
      await rm(aside, { force: true })
      throw this.failed(error)
    }
    // From here on the file has it, so everybody sees it, acknowledged or not.
    this.store = store
    this.lasting = false
    await this.makeLast()
  }

  /** The rename itself is durable once the folder is. */
  private async makeLast(): Promise<void> {
    try {
      await synced(dirname(this.path), 'r')
      this.lasting = true
    } catch (error) {
      throw this.failed(error)
    }
  }

  private failed(error: unknown): Error {
    return isDiskFull(error) ? registryErrors.noRoom(this.path) : registryErrors.storeFailed(messageOf(error))
  }
}

async function synced(
  path: string,
  flags: string,
  write: (file: Awaited<ReturnType<typeof open>>) => Promise<void> = async () => undefined,
): Promise<void> {
  const file = await open(path, flags)
  try {
    await write(file)
    await file.sync()
  } finally {
    await file.close()
  }
}
