/** The plugin for tickets that wait for their customer: it reminds the customer, and closes what stays without an answer. */
import {
  calendarOfQueue,
  choice,
  closeWaiting,
  definePlugin,
  integer,
  listQueues,
  listWaiting,
  openingAfterDays,
  Refusal,
  remindWaiting,
  system,
  type Calendar,
  type Host,
  type Id,
  type SettingValues,
  type Waiting,
} from '../../core/index.ts'
import { texts } from './texts.ts'

const settings = {
  remind: integer('settings.remind', 5, { max: 365 }),
  close: integer('settings.close', 5, { max: 365 }),
  how: choice('settings.how', ['successful', 'unsuccessful'], 'successful'),
}
type Settings = typeof settings

const AT_ONCE = 500

export default definePlugin<Settings>({
  name: 'waiting',
  api: 1,
  scope: 'unit',
  texts,
  settings,
  // Each hour, at a minute of its own.
  jobs: { 'waiting/look': { cron: '23 * * * *', byClock: true, run: (_payload, host) => look(host) } },
})

async function look(host: Host<Settings>): Promise<void> {
  const [units, queues] = await Promise.all([host.units(), listQueues(host.db)])
  for (const unitId of units) {
    const own = queues.filter((queue) => queue.unitId === unitId).map(({ id }) => id)
    if (own.length > 0) await lookInUnit(host, own, await host.settings(unitId))
  }
}

async function lookInUnit(host: Host<Settings>, queueIds: readonly Id[], wish: SettingValues<Settings>): Promise<void> {
  if (wish.remind === 0 && wish.close === 0) return
  const calendars = new Map<Id, Calendar>()
  let after = '0'
  for (let found = AT_ONCE; found === AT_ONCE; ) {
    const waiting = await listWaiting(host.db, queueIds, after, AT_ONCE)
    found = waiting.length
    after = waiting.at(-1)?.id ?? after
    for (const ticket of waiting) {
      if (!calendars.has(ticket.queueId)) calendars.set(ticket.queueId, await calendarOfQueue(host.db, ticket.queueId))
      await doWhatIsDue(host, ticket, whatIsDue(ticket, wish, calendars.get(ticket.queueId)!, host.clock()), wish)
    }
  }
}

/** Days are over at the opening of the working day after them. */
export function whatIsDue(
  { since, remindedAt }: Pick<Waiting, 'since' | 'remindedAt'>,
  { remind, close }: Pick<SettingValues<Settings>, 'remind' | 'close'>,
  calendar: Calendar,
  now: Date,
): 'remind' | 'close' | undefined {
  const over = (from: Date, days: number) => {
    const opening = days > 0 ? openingAfterDays(calendar, from, days) : undefined
    return opening !== undefined && opening <= now
  }
  if (remind > 0 && remindedAt === null) return over(since, remind) ? 'remind' : undefined
  return over(remindedAt ?? since, close) ? 'close' : undefined
}

async function doWhatIsDue(
  host: Host<Settings>,
  { id }: Waiting,
  due: ReturnType<typeof whatIsDue>,
  { how }: SettingValues<Settings>,
): Promise<void> {
  if (!due) return
  await host
    .work(system('waiting'), (work) => (due === 'remind' ? remindWaiting(work, id) : closeWaiting(work, id, how === 'successful')))
    .catch((error: unknown) => {
      // One that another plugin keeps as it is keeps no other back.
      if (!(error instanceof Refusal)) throw error
    })
}
