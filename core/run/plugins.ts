/** Owns finding plugins: those of the project by name, from their sources or built; others by path or package. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as administration from '../administration.ts'
import * as pomoc from '../index.ts'
import { importOutside, type Doors } from '../kernel/outside.ts'
import { projectDir } from '../machine/project.ts'
import * as pages from '../pages.ts'

/** What plugins may import of the program. */
export const DOORS: Doors = { pomoc, 'pomoc/pages': pages, 'pomoc/administration': administration }

/** The module of a plugin as the configuration names it; paths begin at `dir`. */
export async function findPlugin(name: string, dir: string = projectDir): Promise<unknown> {
  const path = /^[a-z][a-z0-9-]*$/.test(name) ? inProject(name) : undefined
  return path ? import(/* @vite-ignore */ pathToFileURL(path).href) : importOutside(name, dir, DOORS)
}

/** Where a plugin of the project lies, if there is one of that name. */
export function inProject(name: string): string | undefined {
  const fromSource = import.meta.filename.endsWith('.ts')
  const sources = ['index.ts', 'index.tsx'].map((file) => join(projectDir, 'plugins', name, file))
  return [...(fromSource ? [] : [join(import.meta.dirname, 'plugins', `${name}.js`)]), ...sources].find((path) => existsSync(path))
}
