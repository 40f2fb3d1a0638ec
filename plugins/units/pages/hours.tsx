/** Owns the page of a unit's hours: its own calendar, tried before it is saved, or that of the unit above. */
import type { Hono } from 'hono'
import {
  calendarOfQueue,
  DEFAULT_CALENDAR,
  listUnits,
  receive,
  sayCutOff,
  sayDate,
  sayDateTime,
  sayHours,
  sayReceipt,
  sayReceiptReason,
  type Calendar,
  type PageContext,
  type WebEnv,
} from '../../../core/index.ts'
import {
  ActButton,
  blankForm,
  Button,
  Card,
  Field,
  FormCard,
  PageHead,
  recountNote,
  readFields,
  statusOf,
  submit,
  TextArea,
  type FormState,
} from '../../../core/pages.ts'
import {
  comingHolidays,
  createCalendar,
  editCalendar,
  fieldsOfCalendar,
  findCalendar,
  listCalendars,
  mainQueueOf,
  nextMoment,
  readCalendar,
  sayCalendarProblems,
  sayPeriods,
  setUnitCalendar,
  WEEKDAYS,
  type StoredCalendar,
} from '../../../core/administration.ts'
import { enter, unitPage, type Visit } from '../frame.tsx'
import { words } from '../words.ts'

export function hourRoutes(app: Hono<WebEnv>): void {
  const base = '/u/:unit/admin/hours'
  app.get(base, async (c) => hoursPage(c, await enter(c), blankForm()))
  app.post(base, async (c) => save(c, await enter(c)))
  app.post(`${base}/inherit`, async (c) => {
    const visit = await enter(c)
    return submit(
      c,
      {},
      async () => {
        await c.get('host').work(visit.actor, (work) => setUnitCalendar(work, visit.unit.id, null))
        return { to: `${visit.path}/hours`, said: words(c)('hours.inherited') }
      },
      (form) => hoursPage(c, visit, form),
    )
  })
}

/** The calendar that is the unit's own; one of the installation's that was chosen for it is not. */
async function ownCalendar(c: PageContext, visit: Visit): Promise<StoredCalendar | undefined> {
  const { db } = c.get('host')
  const used = visit.unit.calendarId ? await findCalendar(db, visit.unit.calendarId) : undefined
  return used?.unitId === visit.unit.id ? used : (await listCalendars(db)).find((one) => one.unitId === visit.unit.id)
}

/** What counts in the unit now. */
async function inForce(c: PageContext, visit: Visit): Promise<Calendar> {
  const { db } = c.get('host')
  const main = await mainQueueOf(db, visit.unit.id)
  if (main) return calendarOfQueue(db, main.id)
  const [units, calendars] = await Promise.all([listUnits(db), listCalendars(db)])
  for (let at: string | null = visit.unit.id; at !== null; at = units.find((unit) => unit.id === at)?.parentId ?? null) {
    const id = units.find((unit) => unit.id === at)?.calendarId
    const found = calendars.find((one) => one.id === id && one.valid)
    if (found) return found.calendar
  }
  return DEFAULT_CALENDAR
}

async function save(c: PageContext, visit: Visit): Promise<Response> {
  const values = await readFields(c)
  const [own, now] = [await ownCalendar(c, visit), await inForce(c, visit)]
  const { db, work } = c.get('host')
  const taken = (await listCalendars(db)).filter((one) => one.id !== own?.id).map((one) => one.name.toLowerCase())
  const name = own?.name ?? (taken.includes(visit.unit.name.toLowerCase()) ? `${visit.unit.name} (${visit.unit.slug})` : visit.unit.name)
  const read = readCalendar(
    { ...values, name, zone: now.zone, holidayCountry: now.holidayCountry ?? '' },
    { yearlyHolidays: now.yearlyHolidays },
  )
  if ('problems' in read) return hoursPage(c, visit, { values, problems: sayCalendarProblems(read.problems, c.get('language')) })
  if (values['act'] === 'try') return hoursPage(c, visit, { values, problems: {} }, read.calendar)
  return submit(
    c,
    values,
    async () => {
      await work(visit.actor, async (act) => {
        let id = own?.id
        if (id) await editCalendar(act, id, read.calendar, true)
        else id = await createCalendar(act, read.calendar, true, visit.unit.id)
        await setUnitCalendar(act, visit.unit.id, id)
      })
      return { to: `${visit.path}/hours`, said: words(c)('said.saved') }
    },
    (form) => hoursPage(c, visit, form),
  )
}

async function hoursPage(c: PageContext, visit: Visit, form: FormState, tried?: Calendar): Promise<Response> {
  const t = words(c)
  const now = await inForce(c, visit)
  const initial = fieldsOfCalendar(now)
  const { id, calendarId } = visit.unit
  const recounted = await recountNote(c, { what: 'unit', id }, ...(calendarId ? [{ what: 'calendar', id: calendarId }] : []))
  return unitPage(c, visit, {
    title: t('area.hours'),
    area: 'hours',
    status: statusOf(form),
    body: (
      <>
        <PageHead title={t('area.hours')} beside={t(visit.unit.calendarId ? 'glance.own-hours' : 'glance.inherited-hours')}>
          {visit.unit.calendarId && (
            <ActButton c={c} action={`${visit.path}/hours/inherit`}>
              {t('hours.inherit')}
            </ActButton>
          )}
        </PageHead>
        {recounted}
        <div class="admin-two">
          <FormCard
            c={c}
            form={form}
            of={visit.unit.calendarId ? `calendar:${visit.unit.calendarId}` : undefined}
            action={`${visit.path}/hours`}
            labels={{
              ...Object.fromEntries(WEEKDAYS.map((day) => [`hours.${day}`, t(`weekday.${day}`)])),
              cutOff: t('hours.cut-off'),
              onceHolidays: t('hours.once'),
            }}
            acts={
              <Button name="act" value="try" unchecked>
                {t('hours.try')}
              </Button>
            }
          >
            <p class="field-help">{t('hours.help')}</p>
            <div class="hours">
              {WEEKDAYS.map((day) => (
                <Field
                  c={c}
                  form={form}
                  name={`hours.${day}`}
                  label={t(`weekday.${day}`)}
                  value={initial[`hours.${day}`]}
                  placeholder={t('hours.closed')}
                />
              ))}
            </div>
            <Field c={c} form={form} name="cutOff" label={t('hours.cut-off')} help={t('hours.cut-off.help')} value={initial['cutOff']} />
            <TextArea
              c={c}
              form={form}
              name="onceHolidays"
              label={t('hours.once')}
              help={t('hours.once.help')}
              value={initial['onceHolidays']}
              rows={3}
            />
          </FormCard>
          <div class={tried ? 'admin-aside aside-first' : 'admin-aside'}>
            <Preview c={c} calendar={tried ?? now} trying={tried !== undefined} />
          </div>
        </div>
      </>
    ),
  })
}

const Preview = ({ c, calendar, trying }: { c: PageContext; calendar: Calendar; trying: boolean }) => {
  const t = words(c)
  const language = c.get('language')
  const now = c.get('host').clock()
  const coming = comingHolidays(calendar, now, 5, language)
  const moments = [now, nextMoment(calendar, now, 5, '15:00'), nextMoment(calendar, now, 5, '15:01'), nextMoment(calendar, now, 7, '12:00')]
  return (
    <Card title={t(trying ? 'hours.would' : 'hours.does')} id="preview">
      {trying && <p class="warn para">{t('hours.not-saved')}</p>}
      <p>{sayHours(calendar, language)}</p>
      <p class="para quiet">{sayCutOff(calendar, language)}</p>
      <dl class="moments">
        {moments.map((at, i) => {
          const receipt = receive(calendar, at, language)
          return (
            <div>
              <dt>{i === 0 ? t('hours.now') : sayDateTime(at, calendar.zone, language, now)}</dt>
              <dd>
                {sayReceipt(receipt, calendar, language, at)}{' '}
                <span class="quiet">({sayReceiptReason(receipt, calendar, language, at)})</span>
              </dd>
            </div>
          )
        })}
      </dl>
      {coming.length > 0 && (
        <>
          <h3 class="aside-title">{t('hours.coming')}</h3>
          <dl class="moments">
            {coming.map(({ date, until, name, hours }) => (
              <div>
                <dt>
                  {[date, until].flatMap((day) => (day ? [sayDate(new Date(`${day}T12:00:00Z`), 'UTC', language, now)] : [])).join(' – ')}
                </dt>
                <dd>{[hours ? sayPeriods(hours, language) : '', name].filter(Boolean).join(' ')}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
    </Card>
  )
}
