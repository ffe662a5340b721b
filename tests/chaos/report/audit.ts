import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { exitCode } from '../../../platform/errors.ts'

export interface AuditOutcome {
  readonly clean: boolean
  /** What it printed. */
  readonly output: string
}

const root = join(import.meta.dirname, '../../..')
const timeoutMs = 600_000

/**
 * Runs `npm run audit` on the system.
 * @throws Error when it could not judge
 */
export function runAudit(env: NodeJS.ProcessEnv): Promise<AuditOutcome> {
  const args = [join(root, 'processors/audit.ts'), '--json']
  return new Promise((resolve, reject) => {
    const options = { env, cwd: root, timeout: timeoutMs, maxBuffer: 1 << 28 }
    const child = execFile(process.execPath, args, options, (error, stdout, stderr) => {
      const code = child.exitCode
      if (code === exitCode.ok || code === exitCode.failed)
        resolve({ clean: code === exitCode.ok, output: stdout })
      else reject(new Error(`the audit ended with ${code ?? error?.message}: ${stderr || stdout}`))
    })
  })
}
