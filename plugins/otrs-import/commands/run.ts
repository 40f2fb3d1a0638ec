/** Owns the command `run`: takes a source over, goes on where it ended, or takes what changed since. */
import { BootError, COMMAND_LINE_LANGUAGE, type PluginCommand } from '../../../core/index.ts'
import { PRODUCTS } from '../check/check.ts'
import { readNames } from '../check/facts.ts'
import { knownNames } from '../mapping/known.ts'
import { demandMapping, openNamed, readOptions, SOURCE_WORDS } from '../options.ts'
import type { RunProgress } from '../run/progress.ts'
import { clearSooner } from '../run/memory.ts'
import { runImport } from '../run/take-over.ts'
import { isKept } from '../source/names.ts'
import { texts } from '../words.ts'

const say = texts.in(COMMAND_LINE_LANGUAGE)
/** A line each so many notices of how far it is, which come once a second, and one for each part. */
const EVERY = 10

export const run: PluginCommand = {
  summary: `takes a source over; the same line again goes on after any end, and afterwards takes what changed since; --remove-gone takes tickets away that are gone there; ${SOURCE_WORDS}`,
  arguments: '[options...]',
  async run(args, host, line) {
    clearSooner()
    const options = readOptions(args, { 'remove-gone': { type: 'boolean' } })
    const source = await openNamed(options)
    try {
      const { product, label } = source
      if (!isKept(product))
        throw new BootError(say('check.version.other', { product: PRODUCTS[product.name], version: product.version, label }))
      const mapping = demandMapping(options, await knownNames(host, await readNames(source)))
      let [part, seconds]: [string | null, number] = [null, 0]
      const { state } = await runImport(host, {
        source,
        mapping,
        ...(options.own['remove-gone'] === true && { removeGone: true }),
        said(progress) {
          seconds += 1
          if (progress.part === null || (progress.part === part && seconds % EVERY !== 0)) return
          part = progress.part
          line(sayProgress(progress))
        },
      })
      line(say(state === 'done' ? 'command.run.done' : 'command.run.stopped'))
    } finally {
      await source.close()
    }
  },
}

function sayProgress({ part, parts, rate, secondsLeft }: RunProgress): string {
  const { rows, of } = parts[part!]!
  const far = say('command.run.part', { part: part!, count: rows }) + (of === null ? '' : say('command.run.of', { of }))
  return secondsLeft === null ? far : far + say('command.run.rate', { rate, left: clock(secondsLeft) })
}

/** 3725 seconds as '1:02:05'. */
const clock = (seconds: number): string =>
  [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
    .map((part, n) => (n === 0 ? String(part) : String(part).padStart(2, '0')))
    .join(':')
