/** Owns themes: the folder that the configuration names, what it must hold, and the sentence when it does not. */
import { existsSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { BootError, reasonOf } from './boot-error.ts'
import { projectDir } from './project.ts'

/** Every page asks for these. */
const NEEDED = ['style.css', 'logo.svg'] as const

const path = z.string().min(1)
const files = z.union([path, z.array(path).min(1)])
const colour = z.string().regex(/^#[\da-f]{6}$/i)
const schema = z.strictObject({
  files: z.intersection(z.record(z.string(), files), z.object({ [NEEDED[0]]: files, [NEEDED[1]]: files })),
  fonts: z.array(z.string()).default([]),
  tokens: z.strictObject({ card: z.strictObject({ light: colour, dark: colour }) }),
})

/**
 * What the file theme.ts of a theme's folder exports by default. `files`: the name under which one is served → where it is kept,
 * './style.css' in the folder, anything else in a package; several make one file. A style sheet stands after the files that it
 * names in `url(…)`. `fonts`: which of them a browser fetches ahead. `tokens`: colours that the document itself must know.
 */
export type Theme = z.input<typeof schema>

/** A theme ready to be served: paths are absolute. */
export type LoadedTheme = z.output<typeof schema>

/** `name`: a folder of themes/, or a path ('./theme', '/srv/theme') that begins at `dir`. Throws a BootError with one sentence. */
export async function loadTheme(name: string, dir: string): Promise<LoadedTheme> {
  const folder = /^[./]/.test(name) ? resolve(dir, name) : join(projectDir, 'themes', name)
  const entry = ['theme.ts', 'theme.js'].map((file) => join(folder, file)).find((file) => existsSync(file))
  const wrong = (what: string) => new BootError(`The theme “${name}” ${what}: correct it, or “theme” in config/local.ts.`)
  if (!entry) throw wrong(`is not there, ${folder} has no theme.ts`)
  let module: { default?: unknown }
  try {
    module = (await import(/* @vite-ignore */ pathToFileURL(entry).href)) as { default?: unknown }
  } catch (error) {
    throw wrong(`cannot be loaded (${reasonOf(error)})`)
  }
  const checked = schema.safeParse(module.default)
  if (!checked.success) throw wrong(`is not whole, see “${['default', ...checked.error.issues[0]!.path].join('.')}” in ${entry}`)
  const { files: named, ...rest } = checked.data
  const unknown = rest.fonts.find((font) => !Object.hasOwn(named, font))
  if (unknown !== undefined) throw wrong(`has no file “${unknown}”, which stands among its fonts`)
  const find = (part: string): string => {
    const file = locate(part, folder)
    if (file === undefined) throw wrong(`names the file “${part}”, which is not there`)
    return file
  }
  return {
    ...rest,
    files: Object.fromEntries(Object.entries(named).map(([file, parts]) => [file, [parts].flat().map(find)])) as LoadedTheme['files'],
  }
}

const packages = createRequire(join(projectDir, 'package.json'))

function locate(part: string, folder: string): string | undefined {
  try {
    const file = /^[./]/.test(part) ? resolve(folder, part) : packages.resolve(part)
    return statSync(file).isFile() ? file : undefined
  } catch {
    return undefined
  }
}
