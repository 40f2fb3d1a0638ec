/** Owns how sizes are said. */
import type { Language } from '../../database/schema.ts'

/** "212 kB", "1,8 MB": thousands, as systems show files; two digits at most. */
export function saySize(bytes: number, language: Language): string {
  const units = ['B', 'kB', 'MB', 'GB']
  const power = Math.min(units.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** power
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: power > 1 && value < 10 ? 1 : 0 }).format(value)}\u00a0${units[power]}`
}
