/** Owns the bench: `npm run bench -- [--tickets N] [--only accept,mail,sizes,large,pages,policy,clock,deadlines,rules,start,login,plans,first,crowd,scale,take-over,take-over-growth] [--json FILE] [--keep DIR]`. */
import { writeFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { measureClock } from './clock.ts'
import { measureCrowd, runCrowd } from './crowd.ts'
import { runFloor } from './floor.ts'
import { runListener } from './listener.ts'
import { measureFirstVisit } from './first-visit.ts'
import { measureDeadlines } from './deadlines.ts'
import { measureLogin } from './login.ts'
import { measureAccepting, measureTickets } from './mail-in.ts'
import { measureLarge, measureSizes } from './mail-large.ts'
import { measurePages } from './pages.ts'
import { makePlace } from './place.ts'
import { checkPlans } from './plans.ts'
import { met, ratioOf, table, type Figure } from './report.ts'
import { measurePolicy } from './policy.ts'
import { measureRules } from './rules.ts'
import { measureScale } from './scale.ts'
import { measureStart } from './start.ts'
import { measureGrowth, measureTakeOver, runTakeOver } from './take-over.ts'
import { runWhole } from './whole.ts'

const { values } = parseArgs({
  options: {
    role: { type: 'string' },
    tickets: { type: 'string', default: '20000' },
    only: { type: 'string', default: 'accept,mail,sizes,large,pages,policy,clock,deadlines,rules,start,login,plans' },
    json: { type: 'string' },
    keep: { type: 'string' },
  },
})
const say = (line: string) => process.stdout.write(`${line}\n`)

if (values.role === 'floor') await runFloor()
else if (values.role === 'listener') await runListener()
else if (values.role === 'whole') await runWhole()
else if (values.role === 'take-over') await runTakeOver()
else if (values.role === 'crowd') await runCrowd()
else await bench()

async function bench(): Promise<void> {
  const wanted = new Set(values.only.split(','))
  const tickets = Number(values.tickets)
  say(
    `${cpus().length} × ${cpus()[0]?.model ?? 'processor'}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}; ${tickets} tickets for pages.`,
  )
  const figures: Figure[] = []
  const add = (more: Figure[]) => {
    figures.push(...more)
    say(table(more).split('\n').slice(2).join('\n'))
  }
  const place = await makePlace(values.keep)
  try {
    if (wanted.has('accept') || wanted.has('mail')) await place.make('mails', 400)
    if (wanted.has('accept')) add(await measureAccepting(place))
    if (wanted.has('mail')) add(await measureTickets(place))
    if (wanted.has('login')) add(await measureLogin(place))
    if (wanted.has('sizes') || wanted.has('large')) {
      await place.make('mails', 400)
      if (wanted.has('sizes')) add(await measureSizes(place))
      if (wanted.has('large')) add(await measureLarge(place))
    }
    if (
      wanted.has('pages') ||
      wanted.has('policy') ||
      wanted.has('clock') ||
      wanted.has('deadlines') ||
      wanted.has('rules') ||
      wanted.has('plans') ||
      wanted.has('scale') ||
      wanted.has('crowd') ||
      wanted.has('first')
    ) {
      await place.make('pages', tickets, { whole: ['plans', 'scale', 'crowd'].some((one) => wanted.has(one)) })
    }
    if (wanted.has('pages')) add(await measurePages(place))
    if (wanted.has('policy')) add(await measurePolicy(place))
    if (wanted.has('clock')) add(await measureClock(place))
    if (wanted.has('deadlines')) add(await measureDeadlines(place))
    if (wanted.has('first')) add(await measureFirstVisit(place))
    if (wanted.has('crowd')) add(await measureCrowd(place))
    if (wanted.has('scale')) add(await measureScale(place, tickets))
    if (wanted.has('rules')) add(await measureRules(place))
    if (wanted.has('take-over')) add(await measureTakeOver(place, tickets))
    if (wanted.has('take-over-growth')) add(await measureGrowth(place, tickets))
    if (wanted.has('plans')) for (const line of await checkPlans(place)) say(line)
  } finally {
    await place.close()
  }
  if (wanted.has('start')) add(await measureStart())
  say(`\n${table(figures)}`)
  if (values.json) {
    const lines = figures.map((figure) => ({ ...figure, ratio: ratioOf(figure), met: met(figure) }))
    await writeFile(
      values.json,
      `${JSON.stringify({ at: new Date().toISOString(), node: process.versions.node, cpus: cpus().length, tickets, figures: lines }, null, 2)}\n`,
    )
  }
}
