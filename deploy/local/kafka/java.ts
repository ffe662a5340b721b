import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { CodedError, messageOf } from '../../../platform/errors.ts'

/** Kafka 4 brokers need this. */
export const minimumJava = 17

const installHint = `install a Java runtime (JRE or JDK) ${minimumJava} or newer and put it on the PATH or in JAVA_HOME, or set KAFKA_BROKERS to use a running Kafka`

/** The `java` to run: JAVA_HOME's, else the one on the PATH. */
export function javaCommand(env: NodeJS.ProcessEnv): string {
  return env.JAVA_HOME ? join(env.JAVA_HOME, 'bin', 'java') : 'java'
}

/** The feature release in the output of `java -version` ("17.0.15" is 17, "1.8.0_392" is 8), or null. */
export function javaRelease(versionOutput: string): number | null {
  const match = /version "(?:1\.)?(\d+)/.exec(versionOutput)
  return match ? Number(match[1]) : null
}

/**
 * Checks that a Java runtime that can run the broker is there; returns its command.
 * @throws CodedError `java_missing`, `java_too_old`
 */
export async function requireJava(env: NodeJS.ProcessEnv): Promise<string> {
  const command = javaCommand(env)
  const output = await new Promise<string>((resolve, reject) => {
    execFile(command, ['-version'], { env, timeout: 30_000 }, (error, stdout, stderr) => {
      if (error) reject(error)
      else resolve(stderr + stdout)
    })
  }).catch((error: unknown) => {
    throw new CodedError('java_missing', `the local Kafka needs Java, and \`${command}\` does not run`, {
      hint: installHint,
      cause: messageOf(error),
    })
  })
  const release = javaRelease(output)
  if (release !== null && release < minimumJava) {
    throw new CodedError(
      'java_too_old',
      `the local Kafka needs Java ${minimumJava} or newer, and \`${command}\` is Java ${release}`,
      { hint: installHint },
    )
  }
  return command
}
