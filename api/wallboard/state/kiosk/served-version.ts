/**
 * The version of a wall: the names of the files its page is made of, which carry a hash of their content.
 * Empty for a page that is not built, such as the development server's.
 */
export function versionOf(html: string): string {
  const files = html.match(/assets\/[\w.-]+-[\w-]{8,}\.(?:js|css)/g) ?? []
  return [...new Set(files)].sort().join(' ')
}
