/** Owns golden files: what the program says today, as readable text in sections, compared letter by letter. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'vitest'

/** `POMOC_GOLDEN=write npx vitest run … test/golden` writes what is said now; what changed is then read in the diff. */
const WRITE = process.env['POMOC_GOLDEN'] === 'write'

export interface GoldenFile {
  /** Compares a section with what is kept under its name. `inFull` spells out what the lines of either only name. */
  check(name: string, lines: readonly string[], inFull?: (text: string, from: 'said' | 'kept') => string): void
  /** What is kept under a name. */
  kept(name: string): string | undefined
  /** To be asked last: nothing is kept that no case makes any more. When writing, this writes the file. */
  end(): void
}

/**
 * Opens a file of this folder. `names` are all its sections, in order: those that a filtered run leaves out stay as they are.
 * A section begins with `## ` and its name; lines that begin with `# ` before the first one say what the file is.
 */
export function goldenFile(file: string, names: readonly string[], about: string): GoldenFile {
  const path = join(import.meta.dirname, file)
  const kept = readSections(path)
  const said = new Map<string, string>()
  return {
    kept: (name) => kept.get(name),
    check(name, lines, inFull = (text) => text) {
      expect(names, `${name} is no section of ${file}`).toContain(name)
      const text = lines.join('\n').trimEnd()
      said.set(name, text)
      if (!WRITE)
        expect
          .soft(inFull(text, 'said'), `${file}, ${name}: POMOC_GOLDEN=write keeps what is said now`)
          .toBe(inFull(kept.get(name) ?? '', 'kept'))
    },
    end() {
      if (!WRITE) return expect([...kept.keys()], `the sections of ${file}`).toEqual(names)
      const sections = names.flatMap((name) =>
        said.has(name) || kept.has(name) ? [`## ${name}\n\n${said.get(name) ?? kept.get(name)}`] : [],
      )
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, `# ${about}\n\n${sections.join('\n\n')}\n`)
    },
  }
}

function readSections(path: string): Map<string, string> {
  if (!existsSync(path)) return new Map()
  const [, ...sections] = readFileSync(path, 'utf8').split(/^## /m)
  return new Map(
    sections.map((section) => {
      const end = section.indexOf('\n')
      return [section.slice(0, end), section.slice(end).trim()]
    }),
  )
}
