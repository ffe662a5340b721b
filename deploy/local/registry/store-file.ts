import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Value } from 'typebox/value'
import { CodedError, messageOf } from '../../../platform/errors.ts'
import { registryErrors } from './registry-error.ts'
import { emptyStore, SchemaStore } from './schema-store.ts'

/** The store and its file: what `current` shows is on disk. */
export class StoreFile {
  readonly path: string
  private store: SchemaStore = emptyStore
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
   * @throws what `change` throws; RegistryError 50001 when it cannot be written
   */
  update<T extends { readonly store: SchemaStore }>(change: (store: SchemaStore) => T): Promise<T> {
    const result = this.tail.then(async () => {
      const changed = change(this.store)
      if (changed.store !== this.store) {
        await this.write(changed.store)
        this.store = changed.store
      }
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
    try {
      const aside = `${this.path}.new`
      await synced(aside, 'w', file => file.writeFile(`${JSON.stringify(store, null, 2)}\n`))
      await rename(aside, this.path)
      // The rename itself is durable once the folder is.
      await synced(dirname(this.path), 'r')
    } catch (error) {
      throw registryErrors.storeFailed(messageOf(error))
    }
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
