/** Owns finding every regular expression that the sources hold, by parsing them. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseAst } from 'vitest/node'

const root = resolve(import.meta.dirname, '../..')

export interface Found {
  /** From the project's folder. */
  file: string
  /** As it stands in the source: `/…/flags`, or the whole `new RegExp(…)`. */
  text: string
  /** Undefined where it is put together when the program runs. */
  pattern?: RegExp
}

/** Every pattern of core, plugins, themes, configuration and migrations, each place of it; tests are not looked at. */
export function patternsOf(folders: readonly string[]): Found[] {
  return folders
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true }).map((name) => join(folder, String(name))))
    .filter((file) => /\.(tsx?|mjs|js)$/.test(file) && !/\.(test|fixture)\.tsx?$/.test(file))
    .sort()
    .flatMap((file) => patternsIn(file, readFileSync(join(root, file), 'utf8')))
}

/** The patterns of one source text. `file`: its name says in which language it is. */
export function patternsIn(file: string, source: string): Found[] {
  const found: Found[] = []
  const lang = file.endsWith('.tsx') ? 'tsx' : file.endsWith('.ts') ? 'ts' : 'js'
  walk(parseAst(source, { lang }, file) as unknown as Syntax, (node) => {
    const text = source.slice(node.start, node.end)
    if (node.type === 'Literal' && node.regex) found.push({ file, text, pattern: new RegExp(node.regex.pattern, node.regex.flags) })
    // Called or made, by its name or as a property of globalThis.
    if ((node.type === 'NewExpression' || node.type === 'CallExpression') && /^(globalThis\.)?RegExp$/.test(named(source, node.callee)))
      found.push({ file, text })
  })
  return found
}

interface Syntax {
  type: string
  start: number
  end: number
  regex?: { pattern: string; flags: string }
  callee?: Syntax
}

const named = (source: string, node: Syntax | undefined): string => (node ? source.slice(node.start, node.end) : '')

function walk(node: unknown, visit: (node: Syntax) => void): void {
  if (typeof node !== 'object' || node === null) return
  if (Array.isArray(node)) {
    for (const one of node) walk(one, visit)
    return
  }
  if ('type' in node) visit(node as Syntax)
  for (const value of Object.values(node)) walk(value, visit)
}
