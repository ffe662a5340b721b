import { ClickHouseException } from './exception.ts'

/**
 * The text fields of a multipart form: `query` and `param_*`, as clients send them when they do not fit
 * into the URL.
 * @throws ClickHouseException 48 for a file, which would be an external table; 36 for a broken form.
 */
export async function formFields(body: Buffer, contentType: string): Promise<Map<string, string>> {
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } })
    .formData()
    .catch(error => {
      throw new ClickHouseException('BAD_ARGUMENTS', `Cannot read the multipart form: ${String(error)}`)
    })
  const fields = new Map<string, string>()
  for (const [name, value] of form) {
    if (typeof value !== 'string') {
      throw new ClickHouseException('NOT_IMPLEMENTED', `External tables (${name}) are not supported`)
    }
    fields.set(name, value)
  }
  return fields
}
