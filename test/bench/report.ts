/** Owns the bench's figures: medians, ratios, and the table that is printed. */

/** One line of the table: what pomoc did and what the bare floor did in the same minutes. */
export interface Figure {
  name: string
  unit: string
  /** Median over the rounds. */
  pomoc: number
  floor?: number
  /** The least ratio wanted (of pomoc to floor), or the most of `pomoc` alone when `atMost` is set. */
  aim?: number
  atMost?: number
  /** What else is worth knowing: p95, spread. */
  note?: string
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const half = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}

export const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))]!

export const ratioOf = (figure: Figure): number | undefined => (figure.floor ? figure.pomoc / figure.floor : undefined)

/** Whether the aim is met; undefined where there is none. */
export function met(figure: Figure): boolean | undefined {
  if (figure.atMost !== undefined) return figure.pomoc <= figure.atMost
  const ratio = ratioOf(figure)
  return figure.aim === undefined || ratio === undefined ? undefined : ratio >= figure.aim
}

/** The spread of rounds, as `120–140`. */
export const spread = (values: readonly number[]): string => `${say(Math.min(...values))}–${say(Math.max(...values))}`

export const say = (value: number): string => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2))

export function table(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const ratio = ratioOf(figure)
    const aim = figure.atMost !== undefined ? `≤ ${figure.atMost}` : figure.aim !== undefined ? `≥ ${figure.aim}` : ''
    const verdict = met(figure)
    return [
      figure.name,
      figure.unit,
      say(figure.pomoc),
      figure.floor === undefined ? '' : say(figure.floor),
      ratio === undefined ? '' : ratio.toFixed(2),
      aim,
      verdict === undefined ? '' : verdict ? 'yes' : 'NO',
      figure.note ?? '',
    ]
  })
  const head = ['measure', 'unit', 'pomoc', 'floor', 'ratio', 'aim', 'met', 'note']
  const widths = head.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]!.length)))
  const left = new Set([0, 1, 7])
  const line = (cells: string[]) =>
    cells
      .map((cell, i) => (left.has(i) ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd()
  return [line(head), line(widths.map((width) => '–'.repeat(width))), ...rows.map(line)].join('\n')
}
