/** Owns how a long command tells where it is: a bar at a terminal, a line now and then elsewhere. */
import bars from 'cli-progress'
import type { Progress } from '../backup/backup.ts'

/** On standard error: standard output is for the result. `stop` before anything else is printed. */
export function showProgress(out: NodeJS.WriteStream = process.stderr): { progress: Progress; stop(): void } {
  if (!out.isTTY) return plainLines((line) => out.write(`${line}\n`))
  const bar = new bars.SingleBar(
    {
      stream: out,
      format: '{bar} {percentage} %  {what}',
      hideCursor: true,
      clearOnComplete: true,
      gracefulExit: true,
      barsize: 30,
      formatBar: (done, options) => bars.Format.BarFormat(done, options),
    },
    bars.Presets.rect,
  )
  bar.start(1000, 0, { what: '' })
  return { progress: (done, what) => bar.update(Math.floor(done * 1000), { what: say(what).slice(0, 40) }), stop: () => bar.stop() }
}

/** One line each ten seconds, none for what is quick. */
function plainLines(write: (line: string) => void): { progress: Progress; stop(): void } {
  let next = performance.now() + 10_000
  return {
    progress(done, what) {
      if (performance.now() < next) return
      next = performance.now() + 10_000
      write(`${Math.floor(done * 100)} %  ${say(what)}`)
    },
    stop() {},
  }
}

const say = (what: string): string => decodeURIComponent(what).replace('tables/', '').replace('public.', '').replace(/\/$/, '')
