import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { setting } from '../config.ts'
import { CodedError, messageOf } from '../errors.ts'
import { fetchFrom, withoutSecrets } from '../url-secrets.ts'

export const registrySettings = {
  schemaRegistryUrl: setting({
    env: 'SCHEMA_REGISTRY_URL',
    type: Type.String({ pattern: '^https?://' }),
    fallback: 'http://127.0.0.1:8081',
    describe: 'Confluent-compatible schema registry; user and password may stand in it',
  }),
}

const Registered = Type.Object({ id: Type.Integer() })
/** https://docs.confluent.io/platform/current/schema-registry/develop/api.html: schema not found, subject not found. */
const SchemaUnknown = Type.Object({ error_code: Type.Enum([40403, 40401]) })
const Stored = Type.Object({ schema: Type.String() })

/** A client of the Confluent schema registry REST API: the two calls a producer and a consumer need. */
export class SchemaRegistry {
  private readonly url: string

  constructor(url: string) {
    this.url = url.replace(/\/$/, '')
  }

  /** The global id of this schema under this subject; registering the same schema again gives the same id. */
  async register(subject: string, schema: string): Promise<number> {
    const answer = await this.call(`/subjects/${encodeURIComponent(subject)}/versions`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      body: JSON.stringify({ schema }),
    })
    return Value.Parse(Registered, answer).id
  }

  /** The schema text behind an id. */
  async schemaOf(id: number): Promise<string> {
    return Value.Parse(Stored, await this.call(`/schemas/ids/${id}`, {})).schema
  }

  /** Resolves when it answers. @throws CodedError `registry_unavailable` */
  async reach(): Promise<void> {
    await this.call('/schemas/types', {})
  }

  private async call(path: string, init: RequestInit): Promise<unknown> {
    let response: Response
    try {
      response = await fetchFrom(this.url + path, { ...init, signal: AbortSignal.timeout(10_000) })
    } catch (cause) {
      throw new CodedError(
        'registry_unavailable',
        `schema registry ${withoutSecrets(this.url)}: ${messageOf(cause)}`,
        {
          cause,
        },
      )
    }
    const body = await response.text()
    if (response.status === 404 && isSchemaUnknown(body)) {
      throw new CodedError('schema_unknown', `schema registry ${path}: ${body}`)
    }
    if (!response.ok) {
      // A server error is the registry's own, or its proxy's, and passes.
      const code = response.status >= 500 ? 'registry_unavailable' : 'registry_refused'
      throw new CodedError(code, `schema registry ${path}: ${response.status} ${body}`)
    }
    return JSON.parse(body)
  }
}

/** Says the registry itself that it has no such schema? Any server answers 404 where it is not a registry. */
function isSchemaUnknown(body: string): boolean {
  try {
    return Value.Check(SchemaUnknown, JSON.parse(body))
  } catch {
    return false
  }
}
