/** Owns the command report: compares both sides after a run, says it in lines, writes a file. */
import { writeFile } from 'node:fs/promises'
import { BootError, reasonOf, type Host, type PluginCommand } from '../../../core/index.ts'
import { openNamed, readOptions, typedPath } from '../options.ts'
import { compareSides, type Compared } from '../report/report.ts'
import { listDifferences, type Difference } from '../report/report.store.ts'
import { clearSooner } from '../run/memory.ts'
import { lastRun } from '../runs.store.ts'

/** So many differences are printed; all of them stand in the file and on the page. */
const PRINTED = 50

export const report: PluginCommand = {
  summary:
    'compares both sides after a run: counts and sums of every table, 1,000 tickets field by field; exit code 1 where a difference is unexplained; --file FILE, --seed N',
  arguments: '[options...]',
  async run(args, host, line) {
    clearSooner()
    const options = readOptions(args, { file: { type: 'string' }, seed: { type: 'string' } })
    const { file, seed = '1' } = options.own
    if (typeof seed !== 'string' || !/^\d{1,9}$/.test(seed)) throw new BootError('--seed: write a whole number.')
    const run = await lastRun(host.db)
    if (run?.state !== 'done')
      throw new BootError('There is nothing to compare: a run has to end first (“npm run pomoc -- otrs-import run …”).')
    const source = await openNamed(options)
    try {
      const compared = await compareSides(host, source, { runId: run.id, seed: Number(seed) })
      sayParts(compared, line)
      const differences = await all(host, compared)
      for (const one of differences.filter(({ because }) => because === null).slice(0, PRINTED)) line(`  ${sayDifference(one)}`)
      if (typeof file === 'string') await write(typedPath(file), { ...compared, run: run.id, source: run.source, differences }, line)
      line('All of it stands on the page /admin/take-over/report.')
      if (compared.unexplained > 0) throw new BootError(`Not everything is explained: ${compared.unexplained} differences are not.`)
      line('No difference is left unexplained.')
    } finally {
      await source.close()
    }
  },
}

function sayParts({ parts, sampled }: Compared, line: (text: string) => void): void {
  const width = Math.max(...parts.map(({ name }) => name.length))
  line(`${'table'.padEnd(width)} ${'source'.padStart(10)} ${'here'.padStart(10)}  sum`)
  for (const { name, theirs, ours, explained, unexplained } of parts) {
    const sum = theirs.sum === ours.sum ? 'equal' : `differs: ${explained} explained, ${unexplained} not`
    line(`${name.padEnd(width)} ${String(theirs.rows).padStart(10)} ${String(ours.rows).padStart(10)}  ${sum}`)
  }
  line(`${sampled} tickets were laid side by side, field by field.`)
}

const sayDifference = ({ part, key, field, theirs, ours }: Difference): string =>
  field === ''
    ? `${part} ${key}: ${theirs === null ? 'not in the source' : 'not here'}`
    : `${part} ${key} ${field}: ${cut(theirs)} in the source, ${cut(ours)} here`
const cut = (text: string | null): string => (text === null ? 'nothing' : `“${text.length > 80 ? `${text.slice(0, 80)}…` : text}”`)

async function all({ db }: Host, { id }: Compared): Promise<Difference[]> {
  const found: Difference[] = []
  for (let after = -1; ; ) {
    const rows = await listDifferences(db, id, { after, limit: 1000 })
    found.push(...rows)
    if (rows.length < 1000) return found
    after = rows.at(-1)!.n
  }
}

async function write(file: string, content: object, line: (text: string) => void): Promise<void> {
  try {
    await writeFile(file, `${JSON.stringify(content, undefined, 1)}\n`, { mode: 0o600 })
  } catch (error) {
    throw new BootError(`The report could not be written to ${file}: ${reasonOf(error)}.`)
  }
  line(`Written to ${file}.`)
}
