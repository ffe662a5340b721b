import type { Static, TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { CodedError, messageOf } from './errors.ts'
import { withoutSecrets } from './url-secrets.ts'

/** One setting: the environment variable it comes from, its type, and what it is for. */
export interface Setting<T extends TSchema = TSchema> {
  readonly env: string
  readonly type: T
  /** Used when the variable is unset or empty; a setting without a default is required. */
  readonly fallback?: Static<T>
  readonly describe: string
  readonly secret?: boolean
  /** Turns the text into a value `type` then checks; numbers and booleans need none. */
  readonly parse?: (text: string) => unknown
  /** What does not go together with other settings of the same process, in words; asked once each of them is right. */
  readonly problem?: (config: Readonly<Record<string, unknown>>) => string | undefined
}

export type Settings = Readonly<Record<string, Setting>>
export type Config<S extends Settings> = { readonly [K in keyof S]: Static<S[K]['type']> }

export function setting<T extends TSchema>(definition: Setting<T>): Setting<T> {
  return definition
}

/**
 * Reads every setting from the environment into one frozen object.
 * @throws CodedError `config_invalid` naming every wrong or missing variable at once.
 */
export function readConfig<S extends Settings>(settings: S, env: NodeJS.ProcessEnv): Config<S> {
  const problems: string[] = []
  const config: Record<string, unknown> = {}
  for (const [name, definition] of Object.entries(settings)) {
    try {
      config[name] = readSetting(definition, env[definition.env])
    } catch (error) {
      problems.push(`${definition.env}: ${messageOf(error)}`)
    }
  }
  if (problems.length === 0) {
    problems.push(...Object.values(settings).flatMap(({ problem }) => problem?.(config) ?? []))
  }
  if (problems.length > 0) {
    throw new CodedError('config_invalid', `configuration: ${problems.join('; ')}`, {
      hint: 'set these environment variables; --check-config prints all of them',
    })
  }
  return Object.freeze(config) as Config<S>
}

function readSetting(definition: Setting, text: string | undefined): unknown {
  if (text === undefined || text === '') {
    if (!('fallback' in definition)) throw new Error(`is required (${definition.describe})`)
    return definition.fallback
  }
  const value = definition.parse ? definition.parse(text) : Value.Convert(definition.type, text)
  const [first] = Value.Errors(definition.type, value)
  if (first) throw new Error(`${JSON.stringify(definition.secret ? '***' : text)} ${first.message}`)
  return value
}

/** The effective values, one `NAME=value` a line, secrets masked, those inside URLs too. */
export function describeConfig<S extends Settings>(settings: S, config: Config<S>): string {
  return Object.entries(settings)
    .map(([name, { env, secret, describe }]) => {
      const value = config[name]
      const text = Array.isArray(value) ? value.join(',') : String(value)
      const shown = secret && text !== '' ? '***' : withoutSecrets(text)
      return `${env}=${shown}  # ${describe}`
    })
    .join('\n')
}
