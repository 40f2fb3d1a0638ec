/** Owns what a login may look like: one form for all ways to type it, and nothing that cannot be seen. */

/**
 * A login or address as it was typed, in the form in which it is compared: NFKC (full-width letters and ligatures become
 * plain ones), spaces joined, small letters. Undefined for what no account is called: nothing, more than 250 characters, or
 * signs that nobody sees (control and format characters, fillers). Letters of other scripts that look alike stay what they
 * are, so that they name no account but their own.
 */
export function normalLogin(typed: string): string | undefined {
  if (typed.length > 1000 || !typed.isWellFormed()) return undefined
  const login = typed.normalize('NFKC').replace(/\s+/gu, ' ').trim().toLowerCase()
  return login === '' || login.length > 250 || /[\p{C}\u115F\u1160\u3164\uFFFD]/u.test(login) ? undefined : login
}
