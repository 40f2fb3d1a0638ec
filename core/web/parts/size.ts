/** Owns how sizes are said. */
import type { Language } from '../../database/schema.ts'

/** "212 kB", "1,8 MB": steps of 1024, as systems show files; one decimal under ten. */
export function saySize(bytes: number, language: Language): string {
  const units = ['B', 'kB', 'MB', 'GB']
  const power = Math.min(units.length - 1, bytes < 1024 ? 0 : Math.floor(Math.log2(bytes) / 10))
  const value = bytes / 1024 ** power
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: power > 1 && value < 10 ? 1 : 0 }).format(value)}\u00a0${units[power]}`
}
