/** A URL as `fetch` takes it, and what its user and password are as a header. */
export interface UrlAndHeaders {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Takes user and password out of a URL: `fetch` refuses a URL that has them, every time.
 * @throws TypeError for what is no URL.
 */
export function withoutUserinfo(text: string): UrlAndHeaders {
  const url = new URL(text)
  if (url.username === '' && url.password === '') return { url: text, headers: {} }
  const pair = `${decoded(url.username)}:${decoded(url.password)}`
  url.username = ''
  url.password = ''
  return { url: url.href, headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } }
}

/** `fetch` for addresses that people configure: user and password in the URL become an Authorization header. */
export function fetchFrom(text: string, init: RequestInit = {}): Promise<Response> {
  let target: UrlAndHeaders
  try {
    target = withoutUserinfo(text)
  } catch (error) {
    return Promise.reject(error)
  }
  const headers = new Headers(init.headers)
  for (const [name, value] of Object.entries(target.headers)) {
    if (!headers.has(name)) headers.set(name, value)
  }
  return fetch(target.url, { ...init, headers })
}

/** No scheme in front: looking for one everywhere would take the square of a long text. */
const userinfo = /:\/\/[^/?#\s"'\\@]*(?:@[^/?#\s"'\\@]*)*@/g
const parameter =
  /([?&;][a-z0-9_.-]*(?:password|passwd|pwd|secret|token|api-?_?key|signature|sig|credentials?|authorization)=)[^&;#\s"'\\]+/gi
const scheme = /\b(Bearer|Basic) [A-Za-z0-9._~+/-]{8,}=*/g

/** A text for people, with the passwords in its URLs, and tokens, masked. */
export function withoutSecrets(text: string): string {
  return text.replaceAll(userinfo, '://***@').replaceAll(parameter, '$1***').replaceAll(scheme, '$1 ***')
}

/** A percent sign that encodes nothing stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
