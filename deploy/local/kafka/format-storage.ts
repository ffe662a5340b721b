import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CodedError } from '../../../platform/errors.ts'

/** 16 random bytes as Kafka's Uuid writes them; ids that start with a dash look like options to its tools. */
export function clusterId(bytes: () => Buffer = () => randomBytes(16)): string {
  const id = bytes().toString('base64url')
  return id.startsWith('-') ? clusterId(bytes) : id
}

/**
 * Formats a KRaft log directory unless it is formatted already.
 * It is formatted aside and renamed when done: a format that was cut short leaves nothing that looks done.
 * @param properties makes `server.properties` for a log directory
 * @param id the cluster's, the same for all its brokers
 * @throws CodedError `kafka_format_failed`
 */
export async function formatStorage(
  logDir: string,
  java: readonly string[],
  properties: (logDir: string) => string,
  id = clusterId(),
): Promise<void> {
  if (existsSync(join(logDir, 'meta.properties'))) return
  const aside = `${logDir}.formatting`
  await rm(aside, { recursive: true, force: true })
  await mkdir(aside, { recursive: true })
  const config = `${aside}.properties`
  await writeFile(config, properties(aside))
  const [command = 'java', ...jvmArgs] = java
  const args = ['format', '--cluster-id', id, '--config', config]
  await new Promise<void>((resolve, reject) => {
    execFile(command, [...jvmArgs, 'kafka.tools.StorageTool', ...args], (error, stdout, stderr) => {
      if (!error) return resolve()
      const said = (stderr + stdout).trim().split('\n')[0]
      reject(new CodedError('kafka_format_failed', `cannot format ${logDir} for Kafka: ${said}`))
    })
  })
  await rm(config)
  // An empty folder of the same name may be there; a folder with anything in it makes this fail, which is right.
  await rename(aside, logDir)
}
