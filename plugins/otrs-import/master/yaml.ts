/** Owns reading the YAML that OTRS writes: plain data only, bounded, never a class or a function. */
import { parse, stringify } from 'yaml'

/** Undefined where it is no YAML. Old files of OTRS tag their values `!!perl/…`: unknown tags count as what they stand before. */
export function load(text: string): unknown {
  if (text.trim() === '') return undefined
  try {
    return parse(text, { schema: 'core', logLevel: 'silent', maxAliasCount: 100, uniqueKeys: false, strict: false }) as unknown
  } catch {
    return undefined
  }
}

export const write = (value: unknown): string => stringify(value, { lineWidth: 0, aliasDuplicateObjects: false })
