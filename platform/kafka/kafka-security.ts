import { accessSync, constants, readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import type { SASLOptions } from 'kafkajs'
import { Type } from 'typebox'
import { wallClock } from '../clock.ts'
import { type Config, setting } from '../config.ts'
import { messageOf } from '../errors.ts'
import { isLoopback } from '../http/loopback.ts'
import type { Log } from '../log.ts'
import { oauthTokens } from './oauth-tokens.ts'

const file = (env: string, describe: string) =>
  setting({
    env,
    type: Type.String(),
    fallback: '',
    parse: path => {
      accessSync(path, constants.R_OK)
      return path
    },
    describe,
  })

/** The settings that have to go together. */
interface Together {
  readonly kafkaSsl: boolean
  readonly kafkaSslCa: string
  readonly kafkaSslCert: string
  readonly kafkaSslKey: string
  readonly kafkaSaslMechanism: string
  readonly kafkaSaslUsername: string
  readonly kafkaSaslPassword: string
  readonly kafkaOauthTokenUrl: string
  readonly kafkaOauthClientId: string
  readonly kafkaOauthClientSecret: string
}

/** How brokers are talked to, and who we say we are. */
export const kafkaSecuritySettings = {
  kafkaSsl: setting({
    env: 'KAFKA_SSL',
    type: Type.Boolean(),
    fallback: false,
    describe: 'TLS to the brokers',
  }),
  kafkaSslCa: file(
    'KAFKA_SSL_CA',
    "PEM file of the authorities that sign brokers; empty for Node's own list",
  ),
  kafkaSslCert: file('KAFKA_SSL_CERT', 'PEM file of our certificate, for brokers that ask for one (mTLS)'),
  kafkaSslKey: file('KAFKA_SSL_KEY', 'PEM file of the key of KAFKA_SSL_CERT'),
  kafkaSaslMechanism: setting({
    env: 'KAFKA_SASL_MECHANISM',
    type: Type.Enum(['none', 'plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer']),
    fallback: 'none',
    describe: 'SASL mechanism: none, plain, scram-sha-256, scram-sha-512 or oauthbearer',
    problem: config => problemOf(config as unknown as Together),
  }),
  kafkaSaslUsername: setting({
    env: 'KAFKA_SASL_USERNAME',
    type: Type.String(),
    fallback: '',
    describe: 'SASL user',
  }),
  kafkaSaslPassword: setting({
    env: 'KAFKA_SASL_PASSWORD',
    type: Type.String(),
    fallback: '',
    describe: 'SASL password',
    secret: true,
  }),
  kafkaOauthTokenUrl: setting({
    env: 'KAFKA_SASL_OAUTH_TOKEN_URL',
    type: Type.String(),
    fallback: '',
    parse: text => {
      if (isPrivate(text)) return text
      throw new Error('is not an https URL, nor one of this machine: the secret of the client goes there')
    },
    describe: 'token endpoint for oauthbearer, client credentials grant',
  }),
  kafkaOauthClientId: setting({
    env: 'KAFKA_SASL_OAUTH_CLIENT_ID',
    type: Type.String(),
    fallback: '',
    describe: 'client that the token endpoint knows',
  }),
  kafkaOauthClientSecret: setting({
    env: 'KAFKA_SASL_OAUTH_CLIENT_SECRET',
    type: Type.String(),
    fallback: '',
    describe: 'secret of the client',
    secret: true,
  }),
  kafkaOauthScope: setting({
    env: 'KAFKA_SASL_OAUTH_SCOPE',
    type: Type.String(),
    fallback: '',
    describe: 'scope that is asked for; empty for none',
  }),
}

type SecurityConfig = Config<typeof kafkaSecuritySettings>

export interface KafkaSecurity {
  readonly ssl: boolean | ConnectionOptions
  readonly sasl?: SASLOptions
}

/**
 * What kafkajs is told of it. Certificates are read now: a process that is started again takes renewed ones.
 * @param log told what is dangerous and what fails; absent where another client of the process tells it
 */
export function kafkaSecurity(config: SecurityConfig, log?: Log): KafkaSecurity {
  const sasl = saslOf(config, log)
  const isInClear = config.kafkaSaslMechanism === 'plain' || config.kafkaSaslMechanism === 'oauthbearer'
  if (isInClear && !config.kafkaSsl) {
    log?.warn(
      { KAFKA_SASL_MECHANISM: config.kafkaSaslMechanism },
      'the password or token goes to the brokers as it is, readable on the network: set KAFKA_SSL=true',
    )
  }
  return sasl ? { ssl: sslOf(config), sasl } : { ssl: sslOf(config) }
}

function sslOf({ kafkaSsl, kafkaSslCa, kafkaSslCert, kafkaSslKey }: SecurityConfig) {
  if (!kafkaSsl) return false
  const ssl: ConnectionOptions = {
    ...(kafkaSslCa === '' ? {} : { ca: readFileSync(kafkaSslCa) }),
    ...(kafkaSslCert === '' ? {} : { cert: readFileSync(kafkaSslCert), key: readFileSync(kafkaSslKey) }),
  }
  return Object.keys(ssl).length === 0 ? true : ssl
}

function saslOf(config: SecurityConfig, log: Log | undefined): SASLOptions | undefined {
  const { kafkaSaslMechanism: mechanism, kafkaSaslUsername: username, kafkaSaslPassword: password } = config
  switch (mechanism) {
    case 'plain':
      return { mechanism, username, password }
    case 'scram-sha-256':
      return { mechanism, username, password }
    case 'scram-sha-512':
      return { mechanism, username, password }
    case 'oauthbearer': {
      const token = oauthTokens({
        tokenUrl: config.kafkaOauthTokenUrl,
        clientId: config.kafkaOauthClientId,
        clientSecret: config.kafkaOauthClientSecret,
        scope: config.kafkaOauthScope,
        wall: wallClock,
      })
      const oauthBearerProvider = async () => {
        try {
          return { value: await token() }
        } catch (error) {
          // kafkajs tries again, and says nothing of why.
          log?.warn({ reason: messageOf(error) }, 'no token for Kafka')
          throw error
        }
      }
      return { mechanism, oauthBearerProvider }
    }
    default:
      return undefined
  }
}

/** What does not go together, or undefined. */
function problemOf(config: Together): string | undefined {
  const { kafkaSsl, kafkaSslCa, kafkaSslCert, kafkaSslKey, kafkaSaslMechanism: mechanism } = config
  if (!kafkaSsl && [kafkaSslCa, kafkaSslCert, kafkaSslKey].some(path => path !== '')) {
    return 'KAFKA_SSL_CA, KAFKA_SSL_CERT and KAFKA_SSL_KEY need KAFKA_SSL=true'
  }
  if ((kafkaSslCert === '') !== (kafkaSslKey === '')) return 'KAFKA_SSL_CERT and KAFKA_SSL_KEY go together'
  if (mechanism === 'oauthbearer') {
    const { kafkaOauthTokenUrl, kafkaOauthClientId, kafkaOauthClientSecret } = config
    if ([kafkaOauthTokenUrl, kafkaOauthClientId, kafkaOauthClientSecret].some(text => text === '')) {
      return 'oauthbearer needs KAFKA_SASL_OAUTH_TOKEN_URL, KAFKA_SASL_OAUTH_CLIENT_ID and KAFKA_SASL_OAUTH_CLIENT_SECRET'
    }
  } else if (mechanism !== 'none' && (config.kafkaSaslUsername === '' || config.kafkaSaslPassword === '')) {
    return `${mechanism} needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD`
  }
  return undefined
}

function isPrivate(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
}
