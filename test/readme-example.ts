/** Owns reading the examples of the campus login's README, so that what it shows is what is tried. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The directory in the first block of code of a chapter. */
export function readmeExample(chapter: string): Record<string, unknown> {
  const text = readFileSync(join(import.meta.dirname, '../plugins/ldap-auth/README.md'), 'utf8')
  const [, body] = text.split(`\n## ${chapter}\n`)
  const code = /```ts\n([\s\S]*?)```/.exec(body ?? '')?.[1]
  if (code === undefined) throw new Error(`the README has no example in “${chapter}”`)
  // Written by the project itself, as an operator would write it into config/local.ts.
  const options = new Function(`return { ${code} }`)() as { pluginOptions: { 'ldap-auth': { directories: Record<string, unknown>[] } } }
  return options.pluginOptions['ldap-auth'].directories[0]!
}
