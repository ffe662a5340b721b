/** An answer in Confluent's error shape; the first three digits of the code are the HTTP status. */
export class RegistryError extends Error {
  readonly errorCode: number

  constructor(errorCode: number, message: string) {
    super(message)
    this.name = 'RegistryError'
    this.errorCode = errorCode
  }

  get status(): number {
    return Number(String(this.errorCode).slice(0, 3))
  }
}

/** Codes and messages as Confluent's API reference has them. */
export const registryErrors = {
  subjectNotFound: (subject: string) => new RegistryError(40401, `Subject '${subject}' not found.`),
  versionNotFound: (version: number | string) => new RegistryError(40402, `Version ${version} not found.`),
  schemaNotFound: (id?: number) =>
    new RegistryError(40403, id === undefined ? 'Schema not found' : `Schema ${id} not found`),
  subjectLevelNotConfigured: (subject: string) =>
    new RegistryError(40408, `Subject '${subject}' does not have subject-level compatibility configured`),
  incompatible: (subject: string, reasons: readonly string[]) =>
    new RegistryError(
      409,
      `Schema being registered is incompatible with an earlier schema for subject "${subject}": ${reasons.join('; ')}`,
    ),
  invalidSchema: (reason: string) => new RegistryError(42201, `Invalid schema: ${reason}`),
  invalidVersion: (version: string) =>
    new RegistryError(
      42202,
      `The specified version '${version}' is not a valid version id. Allowed values are between [1, 2^31-1] and the string "latest"`,
    ),
  invalidLevel: () =>
    new RegistryError(
      42203,
      'Invalid compatibility level. Valid values are none, backward, forward, full, backward_transitive, forward_transitive, and full_transitive',
    ),
  invalidRequest: (reason: string) => new RegistryError(422, `Unprocessable entity: ${reason}`),
  noRoom: (path: string) =>
    new RegistryError(
      50701,
      `Insufficient storage: there is no room on the disk of ${path}; try again later`,
    ),
  storeFailed: (reason: string) => new RegistryError(50001, `Error in the backend data store: ${reason}`),
} as const
