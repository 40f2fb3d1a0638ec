/** Owns how much room there is, and how much articles in files take. */
import { readdir, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'

export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/** Days that are measured; the others are taken to be like them, for there may be millions of files. */
const MEASURED = 60

/** Bytes below a folder of articles, `YYYY/MM/DD/<article>/<file>`: all of it, or what some days let expect. */
export async function articleBytes(dir: string): Promise<number> {
  const days: string[] = []
  for (const year of await folders(dir))
    for (const month of await folders(join(dir, year)))
      for (const day of await folders(join(dir, year, month))) days.push(join(dir, year, month, day))
  if (days.length === 0) return 0
  const step = Math.max(1, Math.floor(days.length / MEASURED))
  const measured = days.filter((_, n) => n % step === 0)
  let bytes = 0
  for (const day of measured) {
    for (const file of await readdir(day, { recursive: true })) bytes += (await stat(join(day, file))).size
  }
  return Math.round((bytes / measured.length) * days.length)
}

async function folders(dir: string): Promise<string[]> {
  return (await readdir(dir, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && /^\d+$/.test(entry.name))
    .map(({ name }) => name)
}
