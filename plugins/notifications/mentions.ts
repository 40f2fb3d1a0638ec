/** Owns whom a text mentions. */

/** Logins that a text names as `@login`, each once and in small letters; at most so many as anybody means. */
export function mentionsIn(body: string): string[] {
  const named = new Set<string>()
  // What stands behind a letter is an address.
  for (const [, login = ''] of body.matchAll(/(?<![\p{L}\p{N}._@+-])@([\p{L}\p{N}]+(?:[._-]+[\p{L}\p{N}]+)*)/gu)) {
    named.add(login.toLowerCase())
    if (named.size === MOST_MENTIONS) break
  }
  return [...named]
}
const MOST_MENTIONS = 20
