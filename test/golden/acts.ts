/** Owns the golden acts: everything that can be done to a ticket, each as a case of its own with what must stand before it. */
import { sql } from 'kysely'
import { confirmOwnMail } from '../../core/ticket/change/confirm.ts'
import { insertArticle } from '../../core/article/articles.ts'
import type { Id } from '../../core/database/schema.ts'
import type { HistoryType } from '../../core/ticket/history.ts'
import { confirmRequest } from '../../core/mail/texts/auto-response.ts'
import { createField } from '../../core/field/field-admin.ts'
import type { WantedFields } from '../../core/field/posted.ts'
import { setAbsence } from '../../core/person/absence.ts'
import { changeByHeaders } from '../../core/ticket/change/change-by-headers.ts'
import { classifyTicket } from '../../core/ticket/change/classify.ts'
import { acceptHeld, holdMessage, rejectHeld } from '../../core/ticket/change/held.ts'
import { handOver } from '../../core/ticket/change/move.ts'
import { saveSettings } from '../../core/administration/setting-admin.ts'
import { createCompany } from '../../core/company/companies.ts'
import { setPersonCompanies } from '../../core/company/person-companies.ts'
import { unitSettings } from '../../core/kernel/settings/unit-settings.ts'
import { countLimit } from '../../core/kernel/limits/limits.ts'
import { addParticipant, removeParticipant } from '../../core/ticket/change/participants.ts'
import { forwardArticle, redirectArticle, resendArticle } from '../../core/ticket/change/pass-on.ts'
import type { NewArticle } from '../../core/ticket/ticket.ts'
import {
  addNote,
  answerTicket,
  createTicket,
  followUp,
  moveTicket,
  pendingElapsed,
  releaseTicket,
  setCompany,
  setCustomer,
  setOwner,
  setPriority,
  setState,
  setTitle,
  spendTime,
  takeTicket,
  watchTicket,
} from '../../core/ticket/change/tickets.ts'
import { closeWaiting, remindWaiting } from '../../core/ticket/change/waiting.ts'
import { archiveTicket } from '../../core/ticket/change/archive.ts'
import { clockJobs } from '../../core/ticket/clock/jobs.ts'
import { setFields } from '../../core/ticket/change/fields.ts'
import { addLink, removeLink } from '../../core/link/links.ts'
import { mergeTicket, unmergeTicket } from '../../core/ticket/merge/merge.ts'
import { settleDelivery } from '../../core/ticket/change/undelivered.ts'
import type { PersonActor } from '../../core/kernel/actor.ts'
import { undoAct } from '../../core/ticket/change/undo.ts'
import { aField } from '../fields.ts'
import type { Run, World } from './world.ts'

/** Types of history rows that no act writes so far, with who will. */
export const UNWRITTEN = {
  Remove: 'removing a ticket is a state',
  SystemRequest: 'no program asks yet',
  SendAgentNotification: 'told of facts by plugins, never in an act',
} as const satisfies Partial<Record<HistoryType, string>>

type Case = (w: World) => Promise<void>

// By the seed, as in OTRS.
const STATE = { closed: '2', open: '4', removed: '5', reminder: '6', autoClose: '7', waiting: '20' }
const TOMORROW = new Date('2026-11-18T07:00:00Z')
const NEXT_WEEK = new Date('2026-11-24T07:00:00Z')

/** A type, two services, and an SLA that the first of them has; made once. */
const ABOUT = { type: '7001', mail: '7002', web: '7003', fast: '7004' }
async function about({ site }: World): Promise<typeof ABOUT> {
  await sql`with t as (insert into ticket_type (id, name) values (${ABOUT.type}, 'Awaria') on conflict do nothing),
    s as (insert into service (id, name) values (${ABOUT.mail}, 'Konta'), (${ABOUT.web}, 'WWW') on conflict do nothing)
    insert into sla (id, name) values (${ABOUT.fast}, 'Szybka') on conflict do nothing`.execute(site.make.db)
  await sql`insert into service_sla values (${ABOUT.mail}, ${ABOUT.fast}) on conflict do nothing`.execute(site.make.db)
  return ABOUT
}

const reply = (w: World, more: Partial<NewArticle> = {}): NewArticle => ({
  channel: 'email',
  senderType: 'customer',
  visible: true,
  personId: w.paulina.id,
  from: 'Paulina Szpak <pszpak@uni.example>',
  to: 'pomoc@uni.example',
  subject: 'Re: Nie działa sieć',
  body: 'Nadal nie działa.',
  ...more,
})
const stranger = (w: World): NewArticle => reply(w, { personId: w.piotr.id, from: 'Piotr Lis <plis@uni.example>' })

/** As headers name them, looked up. */
const agent = (who: PersonActor): { id: Id; name: string } => ({ id: who.id, name: who.login ?? '' })
const queue = async (w: World, name: keyof World['queues']): Promise<{ id: Id; name: string }> =>
  w.site.make.db.selectFrom('queue').select(['id', 'name']).where('id', '=', w.queues[name]).executeTakeFirstOrThrow()

/** An act that is taken back is done by Jan and not heard of. */
async function undone(w: World, ticketId: Id, act: Run<unknown>): Promise<void> {
  const id = await w.work(w.jan, async (work) => {
    await act(work)
    return work.act
  })
  await w.told(w.jan, (work) => undoAct(work, ticketId, id))
}

/** While the unit that answers uses companies, and this person belongs to one. */
async function inCompany(w: World, personId: Id, code: string, run: () => Promise<void>): Promise<void> {
  const { make } = w.site
  const says = (companies: string | undefined) => make.asSystem((work) => saveSettings(work, 'unit', unitSettings, { companies }))
  await says('named')
  const company = await make.asSystem((work) =>
    createCompany(work, { code, name: code, street: '', zip: '', city: '', country: '', url: '', comment: '', valid: true }),
  )
  await make.asSystem((work) => setPersonCompanies(work, personId, [company]))
  await run()
  await make.asSystem((work) => setPersonCompanies(work, personId, []))
  await says(undefined)
}

async function held(w: World, decision: null | 'rejected' = null): Promise<{ ticket: Id; article: Id }> {
  const { id } = await w.ticket()
  return {
    ticket: id,
    article: await w.work(w.postmaster, (work) => holdMessage(work, id, { ...stranger(w), held: { rule: 'no-part-in-ticket', decision } })),
  }
}

async function answered(w: World): Promise<{ ticket: Id; article: Id; messageId: string; mail: Id }> {
  const { id } = await w.ticket()
  const { articleId, mailId } = await w.work(w.jan, (work) => answerTicket(work, id, { body: 'Już działa.' }))
  const { message_id } = await w.site.make.db
    .updateTable('outbound_mail')
    .set({ state: 'sent' })
    .where('id', '=', mailId)
    .returning('message_id')
    .executeTakeFirstOrThrow()
  return { ticket: id, article: articleId, messageId: message_id, mail: mailId! }
}

async function closed(w: World, queueId: Id = w.queues.misc): Promise<{ id: Id; number: string; articleId: Id }> {
  const ticket = await w.ticket({ queueId })
  await w.work(w.system, (work) => setState(work, ticket.id, { stateId: STATE.closed }))
  return ticket
}

/** A room and two days, of fields that are made once. */
async function ownFields(w: World): Promise<WantedFields> {
  const known = await w.site.make.db.selectFrom('field').select('id').where('name', '=', 'Sala').executeTakeFirst()
  if (!known)
    await w.work(w.system, async (work) => {
      await createField(work, '1', 'Text', aField('Sala'))
      await createField(
        work,
        '1',
        'Multiselect',
        aField('Dni', { values: ['pn', 'wt', 'śr'].map((key) => ({ key, label: key, labelEn: null })) }),
      )
    })
  return { Sala: ['214'], Dni: ['wt', 'pn'] }
}

const NEW: Record<string, Case> = {
  'a new ticket by mail': (w) =>
    w
      .told(w.postmaster, (work) =>
        createTicket(work, {
          title: 'Nie działa sieć',
          queueId: w.queues.siec,
          customerId: w.paulina.id,
          article: reply(w),
          reason: [{ step: 'destination', decided: w.queues.siec, rule: 'recipient-address', detail: 'siec@uni.example' }],
        }),
      )
      .then(() => {}),
  'a new ticket by phone, with its owner': (w) =>
    w
      .told(w.jan, (work) =>
        createTicket(work, {
          title: 'Telefon',
          queueId: w.queues.misc,
          customerId: w.paulina.id,
          ownerId: w.jan.id,
          priorityId: '4',
          article: {
            channel: 'phone',
            senderType: 'agent',
            visible: true,
            personId: w.jan.id,
            subject: 'Telefon',
            body: 'Dzwoni w sprawie sieci.',
          },
        }),
      )
      .then(() => {}),
  'a new ticket by phone, told by the customer': (w) =>
    w
      .told(w.jan, (work) =>
        createTicket(work, {
          title: 'Telefon',
          queueId: w.queues.misc,
          customerId: w.paulina.id,
          article: {
            channel: 'phone',
            senderType: 'customer',
            visible: true,
            personId: w.paulina.id,
            subject: 'Telefon',
            body: 'Nie działa.',
          },
        }),
      )
      .then(() => {}),
  'a new ticket on the web, confirmed': (w) =>
    w.told(w.paulina, async (work) => {
      const { id } = await createTicket(work, {
        title: 'Z portalu',
        queueId: w.queues.misc,
        customerId: w.paulina.id,
        article: {
          channel: 'web',
          senderType: 'customer',
          visible: true,
          personId: w.paulina.id,
          from: 'Paulina Szpak',
          subject: 'Z portalu',
          body: 'Nie działa.',
        },
      })
      await confirmRequest(work, id, 'pl')
    }),
  "a new ticket by an agent's mail": (w) =>
    w
      .told(w.jan, (work) =>
        createTicket(work, {
          title: 'Pytanie',
          queueId: w.queues.misc,
          customerId: w.paulina.id,
          state: 'open',
          article: {
            channel: 'email',
            senderType: 'agent',
            visible: true,
            personId: w.jan.id,
            to: 'pszpak@uni.example',
            subject: 'Pytanie',
            body: 'Czy działa?',
          },
        }),
      )
      .then(() => {}),
  'a new ticket by a note, put off and with somebody responsible': (w) =>
    w
      .told(w.jan, (work) =>
        createTicket(work, {
          title: 'Na później',
          queueId: w.queues.misc,
          customerId: null,
          state: 'pending reminder',
          pendingUntil: TOMORROW,
          responsibleId: w.anna.id,
          article: {
            channel: 'internal',
            senderType: 'agent',
            visible: false,
            personId: w.jan.id,
            subject: 'Na później',
            body: 'Sprawdzić.',
          },
        }),
      )
      .then(() => {}),
  'a new ticket that is closed at once': (w) =>
    w
      .told(w.jan, (work) =>
        createTicket(work, {
          title: 'Załatwione',
          queueId: w.queues.misc,
          customerId: w.paulina.id,
          state: 'closed successful',
          article: { channel: 'phone', senderType: 'agent', visible: true, personId: w.jan.id, subject: 'Załatwione', body: 'Od ręki.' },
        }),
      )
      .then(() => {}),
}

const FOLLOW_UPS: Record<string, Case> = {
  'the customer follows up on a new ticket': async (w) => {
    const { id } = await w.ticket()
    await w.told(w.postmaster, (work) =>
      followUp(work, id, {
        article: reply(w),
        reason: [{ step: 'follow-up', decided: 'x', rule: 'references', detail: '<a@uni.example>' }],
      }),
    )
  },
  'the customer follows up on the web': async (w) => {
    const { id } = await w.ticket()
    await w.told(w.paulina, (work) => followUp(work, id, { article: reply(w, { channel: 'web', subject: 'x' }) }))
  },
  'the customer follows up on a closed ticket': async (w) => {
    const { id } = await closed(w)
    await w.told(w.postmaster, (work) => followUp(work, id, { article: reply(w) }))
  },
  'the customer follows up on a closed ticket that locks again': async (w) => {
    const { id } = await w.ticket({ queueId: w.queues.siec })
    await w.work(w.jan, (work) => takeTicket(work, id))
    await w.work(w.jan, (work) => setState(work, id, { stateId: STATE.closed }))
    await w.told(w.postmaster, (work) => followUp(work, id, { article: reply(w) }))
  },
  'the customer follows up on a ticket put off': async (w) => {
    const { id } = await w.ticket()
    await w.work(w.jan, (work) => setState(work, id, { stateId: STATE.reminder, pendingUntil: TOMORROW }))
    await w.told(w.postmaster, (work) => followUp(work, id, { article: reply(w) }))
  },
  'the customer follows up and the state is kept': async (w) => {
    const { id } = await closed(w)
    await w.told(w.postmaster, (work) => followUp(work, id, { article: reply(w), keepState: true }))
  },
  'the customer follows up with another state': async (w) => {
    const { id } = await w.ticket()
    await w.told(w.postmaster, (work) =>
      followUp(work, id, { article: reply(w), state: { stateId: STATE.reminder, pendingUntil: NEXT_WEEK } }),
    )
  },
  'the customer follows up on a removed ticket': async (w) => {
    const { id } = await w.ticket()
    await w.work(w.jan, (work) => setState(work, id, { stateId: STATE.removed }))
    await w.told(w.postmaster, (work) => followUp(work, id, { article: reply(w) }))
  },
  'the customer follows up while the owner is away': async (w) => {
    const { id } = await w.ticket()
    await w.work(w.anna, (work) => takeTicket(work, id))
    await w.work(w.anna, (work) =>
      setAbsence(work, w.anna.id, { from: '2026-11-16', until: '2026-11-20', substituteId: w.jan.id, note: '' }),
    )
    await w.told(w.postmaster, (work) => followUp(work, id, { article: reply(w) }))
    await w.site.make.db.deleteFrom('person_absence').execute()
  },
  'the customer follows up once the owner is gone': async (w) => {
    const { id } = await w.ticket()
    await w.work(w.anna, (work) => takeTicket(work, id))
    await w.site.make.db.updateTable('person').set({ valid: false }).where('id', '=', w.anna.id).execute()
    await w.told(w.postmaster, (work) => followUp(work, id, { article: reply(w) }))
    await w.site.make.db.updateTable('person').set({ valid: true }).where('id', '=', w.anna.id).execute()
  },
  'the customer follows up in a queue that is switched off': async (w) => {
    const { id } = await w.ticket({ queueId: w.queues.closed })
    await w.site.make.db.updateTable('queue').set({ valid: false }).where('id', '=', w.queues.closed).execute()
    await w.told(w.postmaster, (work) => followUp(work, id, { article: reply(w) }))
    await w.site.make.db.updateTable('queue').set({ valid: true }).where('id', '=', w.queues.closed).execute()
  },
}

const ANSWERS: Record<string, Case> = {
  'an agent answers a new ticket': async (w) => {
    const { id } = await w.ticket()
    await w.told(w.jan, (work) => answerTicket(work, id, { body: 'Już działa.' }))
  },
  'an agent answers what another leads, with a file and a copy': async (w) => {
    const { id } = await w.ticket()
    await w.work(w.anna, (work) => takeTicket(work, id))
    await w.told(w.jan, (work) =>
      answerTicket(work, id, {
        body: 'W załączniku.',
        cc: ['biuro@inny.example'],
        attachments: [{ name: 'plan.txt', contentType: 'text/plain', content: Buffer.from('plan') }],
      }),
    )
  },
  'an agent answers and closes': async (w) => {
    const { id } = await w.ticket()
    await w.told(w.jan, (work) => answerTicket(work, id, { body: 'Gotowe.', state: { stateId: STATE.closed } }))
  },
  'an agent answers and puts off': async (w) => {
    const { id } = await w.ticket()
    await w.told(w.jan, (work) =>
      answerTicket(work, id, { body: 'Wrócę do tego.', state: { stateId: STATE.reminder, pendingUntil: TOMORROW } }),
    )
  },
  'an agent answers and waits for the customer': async (w) => {
    const { id } = await w.ticket()
    await w.told(w.jan, (work) => answerTicket(work, id, { body: 'Proszę o numer sali.', state: { stateId: STATE.waiting } }))
  },
  'an agent answers somebody without an address': async (w) => {
    const { id } = await w.ticket()
    await w.told(w.jan, (work) => answerTicket(work, id, { body: 'Już działa.', to: [] }))
  },
  'an agent notes': async (w) => {
    const { id } = await w.ticket()
    await w.told(w.jan, (work) => addNote(work, id, { body: 'Sprawdzić przełącznik.' }))
  },
  'an agent notes what the customer may see': async (w) => {
    const { id } = await w.ticket()
    await w.told(w.jan, (work) => addNote(work, id, { body: 'Byliśmy na miejscu.', visible: true, channel: 'phone' }))
  },
}

const ONE_THING: Record<string, Case> = {
  taking: async (w) => {
    const { id } = await w.ticket()
    await w.told(w.jan, (work) => takeTicket(work, id))
  },
  'taking from another': async (w) => {
    const { id } = await w.ticket()
    await w.work(w.anna, (work) => takeTicket(work, id))
    await w.told(w.jan, (work) => takeTicket(work, id, { fromOther: true }))
  },
  releasing: async (w) => {
    const { id } = await w.ticket()
    await w.work(w.jan, (work) => takeTicket(work, id))
    await w.told(w.jan, (work) => releaseTicket(work, id))
  },
  'handing to another': async (w) => {
    const { id } = await w.ticket()
    await w.told(w.jan, (work) => setOwner(work, id, w.anna.id))
  },
  'handing on what one leads': async (w) => {
    const { id } = await w.ticket()
    await w.work(w.jan, (work) => takeTicket(work, id))
    await w.told(w.jan, (work) => setOwner(work, id, w.anna.id))
  },
  'moving within the unit': async (w) => {
    const { id } = await w.ticket()
    await w.told(w.jan, (work) => moveTicket(work, id, w.queues.siec))
  },
  'moving to another unit what somebody leads': async (w) => {
    const { id } = await w.ticket()
    await w.work(w.jan, (work) => takeTicket(work, id))
    await w.told(w.jan, (work) => moveTicket(work, id, w.queues.dziekanat))
  },
  'moving to where it is': async (w) => {
    const { id } = await w.ticket()
    await w.told(w.jan, (work) => moveTicket(work, id, w.queues.misc))
  },
  'handing over by routing': async (w) => {
    const { id } = await w.ticket()
    await w.told(w.system, (work) =>
      handOver(work, id, w.queues.dziekanat, [{ step: 'hand-over', decided: w.queues.dziekanat, rule: 'unit-route' }]),
    )
  },
  'putting off': async (w) => {
    const { id } = await w.ticket()
    await w.told(w.jan, (work) => setState(work, id, { stateId: STATE.reminder, pendingUntil: TOMORROW }))
  },
  'putting off to another date': async (w) => {
    const { id } = await w.ticket()
    await w.work(w.jan, (work) => setState(work, id, { stateId: STATE.reminder, pendingUntil: TOMORROW }))
    await w.told(w.jan, (work) => setState(work, id, { stateId: STATE.reminder, pendingUntil: NEXT_WEEK }))
  },
  'waiting for the customer, no longer until a date': async (w) => {
    const { id } = await w.ticket()
    await w.work(w.jan, (work) => setState(work, id, { stateId: STATE.reminder, pendingUntil: TOMORROW }))
    await w.told(w.jan, (work) => setState(work, id, { stateId: STATE.waiting, pendingUntil: null }))
  },
  'putting off until it closes by itself': async (w) => {
    const { id } = await w.ticket()
    await w.told(w.jan, (work) => setState(work, id, { stateId: STATE.autoClose, pendingUntil: TOMORROW }))
  },
  'closing by itself': async (w) => {
    const { id } = await w.ticket()
    await w.work(w.jan, (work) => setState(work, id, { stateId: STATE.autoClose, pendingUntil: TOMORROW }))
    w.site.make.now = new Date(TOMORROW.getTime() + 1)
    await w.told(w.system, (work) => pendingElapsed(work, id))
  },
  'the date of a reminder comes': async (w) => {
    const { id } = await w.ticket()
    await w.work(w.jan, (work) => setState(work, id, { stateId: STATE.reminder, pendingUntil: TOMORROW }))
    w.site.make.now = new Date(TOMORROW.getTime() + 1)
    await w.told(w.system, (work) => pendingElapsed(work, id))
  },
  'closing with a note what somebody leads': async (w) => {
    const { id } = await w.ticket()
    await w.work(w.jan, (work) => takeTicket(work, id))
    await w.told(w.jan, (work) => setState(work, id, { stateId: STATE.closed }, { body: 'Wymieniono kabel.' }))
  },
  'opening again': async (w) => {
    const { id } = await closed(w)
    await w.told(w.jan, (work) => setState(work, id, { stateId: STATE.open }))
  },
  removing: async (w) => {
    const { id } = await w.ticket()
    await w.told(w.jan, (work) => setState(work, id, { stateId: STATE.removed }))
  },
  'the priority': async (w) => {
    const { id } = await w.ticket()
    await w.told(w.jan, (work) => setPriority(work, id, '5'))
  },
  'type, service and SLA': async (w) => {
    const { id } = await w.ticket()
    const { type, mail, web, fast } = await about(w)
    await w.told(w.jan, (work) => classifyTicket(work, id, { typeId: type, serviceId: mail, slaId: fast }))
    await w.told(w.jan, (work) => classifyTicket(work, id, { serviceId: web }))
  },
  'the fields of a ticket': async (w) => {
    const { id } = await w.ticket()
    const wanted = await ownFields(w)
    await w.told(w.jan, (work) => setFields(work, id, wanted))
  },
  'the title': async (w) => {
    const { id } = await w.ticket()
    await w.told(w.jan, (work) => setTitle(work, id, 'Sieć w sali 214 %% i obok'))
  },
  'the customer': async (w) => {
    const { id } = await w.ticket()
    await w.told(w.jan, (work) => setCustomer(work, id, w.piotr.id))
  },
  'the customer, and with them the company': async (w) => {
    const { id } = await w.ticket()
    await inCompany(w, w.piotr.id, 'PROJMAX', () => w.told(w.jan, (work) => setCustomer(work, id, w.piotr.id)).then(() => {}))
  },
  'another company than the main one': async (w) => {
    const { id } = await w.ticket()
    await inCompany(w, w.piotr.id, 'Biuro Ń', () => w.told(w.jan, (work) => setCompany(work, id, 'Biuro Ń')).then(() => {}))
  },
  watching: async (w) => {
    const { id } = await w.ticket()
    await w.told(w.jan, (work) => watchTicket(work, id, true))
  },
  'watching no longer': async (w) => {
    const { id } = await w.ticket()
    await w.work(w.jan, (work) => watchTicket(work, id, true))
    await w.told(w.jan, (work) => watchTicket(work, id, false))
  },
}

const PEOPLE: Record<string, Case> = {
  'letting somebody in to read': async (w) => {
    const { id } = await w.ticket()
    await w.told(w.paulina, (work) => addParticipant(work, id, 'plis@uni.example', 'read'))
  },
  'inviting an address without an account': async (w) => {
    const { id } = await w.ticket()
    await w.told(w.paulina, (work) => addParticipant(work, id, 'nikt@uni.example', 'read'))
  },
  'inviting an address that was invited often today': async (w) => {
    const { id } = await w.ticket()
    const asked = { name: 'invitations-to', key: 'plis@uni.example', most: 5 } as const
    await w.work(w.jan, async (work) => {
      for (let n = 0; n < 5; n++) await countLimit(work.db, asked, work.now)
    })
    await w.told(w.paulina, (work) => addParticipant(work, id, 'plis@uni.example', 'read'))
  },
  'letting somebody in to reply': async (w) => {
    const { id } = await w.ticket()
    await w.told(w.jan, (work) => addParticipant(work, id, 'plis', 'reply'))
  },
  'letting who reads reply': async (w) => {
    const { id } = await w.ticket()
    await w.work(w.jan, (work) => addParticipant(work, id, 'plis', 'read'))
    await w.told(w.jan, (work) => addParticipant(work, id, 'plis', 'reply'))
  },
  'taking somebody out': async (w) => {
    const { id } = await w.ticket()
    await w.work(w.jan, (work) => addParticipant(work, id, 'plis', 'read'))
    await w.told(w.jan, (work) => removeParticipant(work, id, w.piotr.id))
  },
  "confirming one's own mail": async (w) => {
    const { id } = await w.ticket()
    await w.work(w.postmaster, (work) =>
      insertArticle(work, id, { ...reply(w), assurance: { level: 'address', rule: 'relay-says-nothing', detail: '' } }),
    )
    await w.told(w.paulina, (work) => confirmOwnMail(work, id))
  },
  'holding a message': async (w) => {
    const { id } = await w.ticket()
    await w.told(w.postmaster, (work) =>
      holdMessage(work, id, { ...stranger(w), held: { rule: 'no-part-in-ticket', decision: null } }, [
        { step: 'participant', decided: 'follow-up-held', rule: 'no-part-in-ticket', detail: 'plis@uni.example' },
      ]),
    )
  },
  'refusing a message from the start': async (w) => {
    const { id } = await w.ticket()
    await w.told(w.postmaster, (work) =>
      holdMessage(work, id, { ...stranger(w), held: { rule: 'no-part-in-ticket', decision: 'rejected' } }),
    )
  },
  'accepting a held message': async (w) => {
    const { ticket, article } = await held(w)
    await w.told(w.jan, (work) => acceptHeld(work, ticket, article))
  },
  'accepting a held message on a closed ticket': async (w) => {
    const { ticket, article } = await held(w)
    await w.work(w.jan, (work) => setState(work, ticket, { stateId: STATE.closed }))
    await w.told(w.jan, (work) => acceptHeld(work, ticket, article))
  },
  'accepting its sender too': async (w) => {
    const { ticket, article } = await held(w)
    await w.told(w.jan, (work) => acceptHeld(work, ticket, article, { sender: true }))
  },
  'rejecting a held message': async (w) => {
    const { ticket, article } = await held(w)
    await w.told(w.jan, (work) => rejectHeld(work, ticket, article))
  },
  'accepting what was refused': async (w) => {
    const { ticket, article } = await held(w, 'rejected')
    await w.told(w.jan, (work) => acceptHeld(work, ticket, article))
  },
}

const PASSING_ON: Record<string, Case> = {
  forwarding: async (w) => {
    const { id, articleId } = await w.ticket()
    await w.told(w.jan, (work) =>
      forwardArticle(work, id, { articleId, to: ['biuro@inny.example'], cc: ['kopia@inny.example'], body: 'Proszę zobaczyć.' }),
    )
  },
  redirecting: async (w) => {
    const { ticketId, articleId } = await w.mail({})
    await w.told(w.jan, (work) => redirectArticle(work, ticketId, { articleId, to: ['biuro@inny.example'] }))
  },
  'sending again': async (w) => {
    const { ticket, article } = await answered(w)
    await w.told(w.jan, (work) => resendArticle(work, ticket, { articleId: article, to: ['pszpak@uni.example'] }))
  },
  'an answer leaves': async (w) => {
    const { id } = await w.ticket()
    await w.work(w.jan, (work) => answerTicket(work, id, { body: 'Już działa.' }))
    await w.send()
  },
  'an answer is refused by the other server': async (w) => {
    const { id } = await w.ticket()
    await w.work(w.jan, (work) => answerTicket(work, id, { body: 'Już działa.' }))
    w.sink.refusal = { at: 'data', code: 550, text: 'mailbox full' }
    await w.send()
  },
  'an answer that closed the ticket is refused, which opens it; somebody deals with that': async (w) => {
    const { id } = await w.ticket()
    await w.work(w.jan, (work) => answerTicket(work, id, { body: 'Już działa.', state: { stateId: STATE.closed } }))
    w.sink.refusal = { at: 'data', code: 550, text: 'mailbox full' }
    await w.send()
    await w.told(w.jan, (work) => settleDelivery(work, id))
  },
  'an answer must wait': async (w) => {
    const { id } = await w.ticket()
    await w.work(w.jan, (work) => answerTicket(work, id, { body: 'Już działa.' }))
    w.sink.refusal = { at: 'data', code: 451, text: 'try again later' }
    await w.send()
  },
}

const BY_RULE: Record<string, Case> = {
  'by rule: the queue of a ticket somebody leads': async (w) => {
    const { id } = await w.ticket()
    await w.work(w.jan, (work) => takeTicket(work, id))
    const target = await queue(w, 'siec')
    await w.told(w.postmaster, (work) => changeByHeaders(work, id, { queue: target }))
  },
  'by rule: the queue of another unit': async (w) => {
    const { id } = await w.ticket()
    const target = await queue(w, 'dziekanat')
    await w.told(w.postmaster, (work) => changeByHeaders(work, id, { queue: target }))
  },
  'by rule: the priority': async (w) => {
    const { id } = await w.ticket()
    await w.told(w.postmaster, (work) => changeByHeaders(work, id, { priority: { id: '5', name: '5 very high' } }))
  },
  'by rule: service and SLA': async (w) => {
    const { id } = await w.ticket()
    const { mail, fast } = await about(w)
    await w.told(w.postmaster, (work) =>
      changeByHeaders(work, id, { service: { id: mail, name: 'Konta' }, sla: { id: fast, name: 'Szybka' } }),
    )
  },
  'by rule: the owner': async (w) => {
    const { id } = await w.ticket()
    await w.told(w.postmaster, (work) => changeByHeaders(work, id, { owner: agent(w.jan) }))
  },
  'by rule: who is responsible': async (w) => {
    const { id } = await w.ticket()
    await w.told(w.postmaster, (work) => changeByHeaders(work, id, { responsible: agent(w.anna) }))
  },
  'by rule: the lock': async (w) => {
    const { id } = await w.ticket()
    await w.work(w.jan, (work) => takeTicket(work, id))
    await w.told(w.postmaster, (work) => changeByHeaders(work, id, { lock: 'unlock' }))
    await w.told(w.postmaster, (work) => changeByHeaders(work, id, { lock: 'lock' }))
  },
  'by rule: a lock without an owner': async (w) => {
    const { id } = await w.ticket()
    await w.told(w.postmaster, (work) => changeByHeaders(work, id, { lock: 'lock' }))
  },
  'by rule: the date': async (w) => {
    const { id } = await w.ticket()
    await w.work(w.jan, (work) => setState(work, id, { stateId: STATE.reminder, pendingUntil: TOMORROW }))
    await w.told(w.postmaster, (work) => changeByHeaders(work, id, { pending: NEXT_WEEK }))
  },
  'by rule: the title': async (w) => {
    const { id } = await w.ticket()
    await w.told(w.postmaster, (work) => changeByHeaders(work, id, { title: 'Alarm: serwer' }))
  },
  'by rule: everything': async (w) => {
    const { id } = await w.ticket()
    await w.work(w.jan, (work) => setState(work, id, { stateId: STATE.reminder, pendingUntil: TOMORROW }))
    const target = await queue(w, 'siec')
    await w.told(w.postmaster, (work) =>
      changeByHeaders(work, id, {
        queue: target,
        priority: { id: '5', name: '5 very high' },
        owner: agent(w.jan),
        responsible: agent(w.anna),
        lock: 'lock',
        pending: NEXT_WEEK,
        title: 'Alarm: serwer',
      }),
    )
  },
  'by rule: nothing that differs': async (w) => {
    const { id } = await w.ticket()
    const target = await queue(w, 'misc')
    await w.told(w.postmaster, (work) => changeByHeaders(work, id, { queue: target, title: 'Nie działa sieć' }))
  },
}

const UNDOING: Record<string, Case> = {
  'taking back an answer': async (w) => {
    const { id } = await w.ticket()
    await undone(w, id, (work) => answerTicket(work, id, { body: 'Za szybko.' }))
  },
  'taking back an answer that closed': async (w) => {
    const { id } = await w.ticket()
    await undone(w, id, (work) => answerTicket(work, id, { body: 'Za szybko.', state: { stateId: STATE.closed } }))
  },
  'taking back a note': async (w) => {
    const { id } = await w.ticket()
    await undone(w, id, (work) => addNote(work, id, { body: 'Nie tu.' }))
  },
  'taking back that one took it': async (w) => {
    const { id } = await w.ticket()
    await undone(w, id, (work) => takeTicket(work, id))
  },
  'taking back a move to another unit': async (w) => {
    const { id } = await w.ticket()
    await w.work(w.jan, (work) => takeTicket(work, id))
    await undone(w, id, (work) => moveTicket(work, id, w.queues.dziekanat))
  },
  'taking back that it was put off': async (w) => {
    const { id } = await w.ticket()
    await undone(w, id, (work) => setState(work, id, { stateId: STATE.reminder, pendingUntil: TOMORROW }))
  },
  'taking back another date': async (w) => {
    const { id } = await w.ticket()
    await w.work(w.jan, (work) => setState(work, id, { stateId: STATE.reminder, pendingUntil: TOMORROW }))
    await undone(w, id, (work) => setState(work, id, { stateId: STATE.reminder, pendingUntil: NEXT_WEEK }))
  },
  'taking back that it was closed': async (w) => {
    const { id } = await w.ticket()
    await w.work(w.jan, (work) => takeTicket(work, id))
    await undone(w, id, (work) => setState(work, id, { stateId: STATE.closed }))
  },
  'taking back that it was opened again': async (w) => {
    const { id } = await closed(w)
    await undone(w, id, (work) => setState(work, id, { stateId: STATE.open }))
  },
  'taking back the priority': async (w) => {
    const { id } = await w.ticket()
    await undone(w, id, (work) => setPriority(work, id, '5'))
  },
  'taking back type, service and SLA': async (w) => {
    const { id } = await w.ticket()
    const { type, mail, fast } = await about(w)
    await undone(w, id, (work) => classifyTicket(work, id, { typeId: type, serviceId: mail, slaId: fast }))
  },
  'taking back the fields': async (w) => {
    const { id } = await w.ticket()
    const wanted = await ownFields(w)
    await undone(w, id, (work) => setFields(work, id, wanted))
  },
  'taking back the title': async (w) => {
    const { id } = await w.ticket()
    await undone(w, id, (work) => setTitle(work, id, 'Inny'))
  },
  'taking back the customer': async (w) => {
    const { id } = await w.ticket()
    await undone(w, id, (work) => setCustomer(work, id, w.piotr.id))
  },
  'taking back the customer and the company': async (w) => {
    const { id } = await w.ticket()
    await inCompany(w, w.piotr.id, 'PROJMAX2', () => undone(w, id, (work) => setCustomer(work, id, w.piotr.id)))
  },
  'taking back the owner': async (w) => {
    const { id } = await w.ticket()
    await w.work(w.anna, (work) => takeTicket(work, id))
    await undone(w, id, (work) => setOwner(work, id, w.jan.id))
  },
  'taking back that a message was accepted': async (w) => {
    const { ticket, article } = await held(w)
    await undone(w, ticket, (work) => acceptHeld(work, ticket, article))
  },
  'taking back that a sender was accepted': async (w) => {
    const { ticket, article } = await held(w)
    await undone(w, ticket, (work) => acceptHeld(work, ticket, article, { sender: true }))
  },
  'taking back that a message was rejected': async (w) => {
    const { ticket, article } = await held(w)
    await undone(w, ticket, (work) => rejectHeld(work, ticket, article))
  },
  'taking back that it was forwarded': async (w) => {
    const { id, articleId } = await w.ticket()
    await undone(w, id, (work) => forwardArticle(work, id, { articleId, to: ['biuro@inny.example'], body: 'Proszę zobaczyć.' }))
  },
  'taking back that it was redirected': async (w) => {
    const { ticketId, articleId } = await w.mail({})
    await undone(w, ticketId, (work) => redirectArticle(work, ticketId, { articleId, to: ['biuro@inny.example'] }))
  },
  'taking back that it was sent again': async (w) => {
    const { ticket, article } = await answered(w)
    await undone(w, ticket, (work) => resendArticle(work, ticket, { articleId: article, to: ['pszpak@uni.example'] }))
  },
}

async function receipt(w: World, done: 'displayed' | 'deleted'): Promise<void> {
  const { messageId } = await answered(w)
  const body = [
    '--x',
    'Content-Type: message/disposition-notification',
    '',
    'Final-Recipient: rfc822; pszpak@uni.example',
    `Original-Message-ID: ${messageId}`,
    `Disposition: manual-action/MDN-sent-manually; ${done}`,
    '',
    '--x--',
  ].join('\r\n')
  await w.mail({ 'Content-Type': 'multipart/report; report-type=disposition-notification; boundary=x' }, { told: true, body })
}

const MAILS: Record<string, Case> = {
  'mail: somebody writes for the first time': (w) =>
    w.mail({ From: 'Ewa Nowa <ewa.nowa@uni.example>' }, { told: true, from: 'ewa.nowa@uni.example' }).then(() => {}),
  'mail: somebody known writes': (w) => w.mail({}, { told: true }).then(() => {}),
  "mail: to a queue's address": (w) => w.mail({}, { told: true, to: 'odrzuca@uni.example' }).then(() => {}),
  'mail: an answer by its references': async (w) => {
    const { messageId } = await answered(w)
    await w.mail({ 'In-Reply-To': messageId, References: messageId, Subject: 'Re: Nie dziala siec' }, { told: true })
  },
  'mail: an answer by the number in the subject': async (w) => {
    const { number } = await w.ticket()
    await w.mail({ Subject: `Re: [Ticket#${number}] Nie dziala siec` }, { told: true })
  },
  'mail: an answer to a closed ticket of a queue that rejects': async (w) => {
    const { number } = await closed(w, w.queues.rejecting)
    await w.mail({ Subject: `Re: [Ticket#${number}] Nie dziala siec` }, { told: true })
  },
  'mail: an answer to a closed ticket becomes a new one': async (w) => {
    const { number } = await closed(w, w.queues.renewing)
    await w.mail({ Subject: `Re: [Ticket#${number}] Nie dziala siec` }, { told: true, to: 'nowe@uni.example' })
  },
  "mail: a stranger's answer is held": async (w) => {
    const { number } = await w.ticket()
    await w.mail({ From: 'Piotr Lis <plis@uni.example>', Subject: `Re: [Ticket#${number}]` }, { told: true, from: 'plis@uni.example' })
  },
  "mail: a stranger's answer is refused": async (w) => {
    const { number } = await w.ticket({ queueId: w.queues.silent })
    await w.mail({ From: 'Piotr Lis <plis@uni.example>', Subject: `Re: [Ticket#${number}]` }, { told: true, from: 'plis@uni.example' })
  },
  'mail: a program writes and gets no answer': (w) => w.mail({ 'Auto-Submitted': 'auto-generated' }, { told: true }).then(() => {}),
  'mail: who got too many answers gets no more': async (w) => {
    const limit = { address: 'pszpak@uni.example', day: '2026-11-17', count: 40 }
    await sql`insert into loop_protection (address, day, count) values (${limit.address}, ${limit.day}::date, ${limit.count})
      on conflict (address, day) do update set count = excluded.count`.execute(w.site.make.db)
    await w.mail({}, { told: true })
    await sql`delete from loop_protection`.execute(w.site.make.db)
  },
  'mail: our answer comes back': async (w) => {
    const { messageId } = await answered(w)
    const report = [
      '--x',
      'Content-Type: text/plain; charset=utf-8',
      '',
      'Could not be delivered.',
      '',
      '--x',
      'Content-Type: message/delivery-status',
      '',
      'Reporting-MTA: dns; mx.uni.example',
      '',
      'Final-Recipient: rfc822; pszpak@uni.example',
      'Action: failed',
      'Status: 5.1.1',
      'Diagnostic-Code: smtp; 550 no such user',
      '',
      '--x',
      'Content-Type: message/rfc822',
      '',
      `Message-ID: ${messageId}`,
      'Subject: Re: Nie dziala siec',
      '',
      'Juz dziala.',
      '',
      '--x--',
    ].join('\r\n')
    await w.mail(
      {
        From: 'Mail Delivery System <mailer-daemon@uni.example>',
        'Return-Path': '',
        Subject: 'Undelivered Mail',
        'Auto-Submitted': 'auto-replied',
        'Content-Type': 'multipart/report; report-type=delivery-status; boundary=x',
      },
      { told: true, body: report, from: 'mailer-daemon@uni.example' },
    )
  },
  'mail: our answer was opened': (w) => receipt(w, 'displayed'),
  'mail: our answer was deleted unread': (w) => receipt(w, 'deleted'),
  'mail: the same mail for another unit': async (w) => {
    const head = { To: 'pomoc@uni.example, wm@uni.example', 'Message-ID': '<dwie-jednostki@uni.example>' }
    await w.mail(head)
    await w.mail(head, { told: true, to: 'wm@uni.example' })
  },
  'mail: forwarded to another unit': async (w) => {
    const { number } = await w.ticket()
    await w.mail({ Subject: `PD: [Ticket#${number}] Nie dziala siec` }, { told: true, to: 'wm@uni.example' })
  },
  'mail: an agent writes a note': async (w) => {
    const { number } = await w.ticket()
    const from = 'jkowalski@it.uni.example'
    await w.mail({ From: `Jan Kowalski <${from}>`, Subject: `Re: [Ticket#${number}] Nie dziala siec` }, { told: true, from })
  },
  'mail: an agent answers where the queue says so': async (w) => {
    const { number } = await w.ticket({ queueId: w.queues.siec })
    const from = 'jkowalski@it.uni.example'
    await w.mail({ From: `Jan Kowalski <${from}>`, Subject: `Re: [Ticket#${number}] Nie dziala siec` }, { told: true, from })
  },
  'mail: a loop is dropped': (w) => w.mail({ 'X-Loop': 'pomoc:pomoc@uni.example' }, { told: true }).then(() => {}),
  'mail: headers drop it': (w) => w.mail({ 'X-OTRS-Ignore': 'yes' }, { told: true }).then(() => {}),
  'mail: headers of a new ticket': (w) =>
    w
      .mail(
        {
          'X-OTRS-Queue': 'Dziekanat WM',
          'X-OTRS-Priority': '5 very high',
          'X-OTRS-State': 'pending reminder',
          'X-OTRS-State-PendingTime': '2026-11-24 08:00:00',
          'X-OTRS-Owner': 'jkowalski',
          'X-OTRS-Responsible': 'anowak',
          'X-OTRS-Lock': 'lock',
          'X-OTRS-CustomerUser': 'plis',
          'X-OTRS-CustomerNo': 'WM',
          'X-OTRS-Title': 'Alarm',
        },
        { told: true },
      )
      .then(() => {}),
  'mail: headers that close a new ticket': (w) => w.mail({ 'X-OTRS-State': 'closed successful' }, { told: true }).then(() => {}),
  'mail: headers that cannot be had': (w) =>
    w.mail({ 'X-OTRS-Queue': 'Nie ma', 'X-OTRS-Lock': 'lock', 'X-OTRS-Service': 'Poczta' }, { told: true }).then(() => {}),
  'mail: headers of an answer': async (w) => {
    const { id, number } = await w.ticket()
    await w.work(w.jan, (work) => takeTicket(work, id))
    await w.mail(
      {
        Subject: `Re: [Ticket#${number}]`,
        'X-OTRS-FollowUp-Queue': 'Dziekanat WM',
        'X-OTRS-FollowUp-Priority': '5 very high',
        'X-OTRS-FollowUp-Responsible': 'anowak',
        'X-OTRS-FollowUp-Title': 'Alarm',
      },
      { told: true },
    )
  },
  'mail: headers of an answer: state, date, owner and lock': async (w) => {
    const { number } = await w.ticket()
    await w.mail(
      {
        Subject: `Re: [Ticket#${number}]`,
        'X-OTRS-FollowUp-State': 'pending reminder',
        'X-OTRS-FollowUp-State-PendingTime': '2026-11-24 08:00:00',
        'X-OTRS-FollowUp-Owner': 'jkowalski',
        'X-OTRS-FollowUp-Lock': 'lock',
      },
      { told: true },
    )
  },
  'mail: headers of an answer keep the state': async (w) => {
    const { number } = await closed(w)
    await w.mail({ Subject: `Re: [Ticket#${number}]`, 'X-OTRS-FollowUp-State-Keep': 'yes' }, { told: true })
  },
}

/** What a job of the clock does, at a moment. */
async function ticks(w: World, job: string, now: Date): Promise<void> {
  const { make, kernel } = w.site
  const before = make.now
  make.now = now
  await w.job(clockJobs(kernel.host), `ticket/${job}`)
  make.now = before
}
const OVER = new Date('2026-11-17T09:00:00Z')
const NEAR = new Date('2026-11-17T10:00:00Z')
const promised = (w: World, notify: number | null) => {
  const minutes = { first_response_minutes: 240, update_minutes: 240, solution_minutes: 240 }
  const told = { first_response_notify: notify, update_notify: notify, solution_notify: notify }
  return w.site.make.db
    .updateTable('queue')
    .set({ ...minutes, ...told })
    .where('id', '=', w.queues.promising)
    .execute()
}
const dueAt = async (w: World, id: Id, at: Date | null): Promise<void> => {
  const columns = { response_due_at: at, update_due_at: at, solution_due_at: at, due_at: at }
  await w.site.make.db.updateTable('ticket').set(columns).where('id', '=', id).execute()
}

const CLOCK: Record<string, Case> = {
  'the clock reminds of a ticket that was put off': async (w) => {
    // Not of those that other acts put off.
    await sql`update ticket set reminded_for = pending_until`.execute(w.site.make.db)
    const { id } = await w.ticket()
    await w.work(w.jan, (work) => setState(work, id, { stateId: STATE.reminder, pendingUntil: TOMORROW }))
    await ticks(w, 'remind', TOMORROW)
  },
  'the clock lets a lock go': async (w) => {
    const { id } = await w.ticket({ queueId: w.queues.promising })
    await w.work(w.jan, (work) => takeTicket(work, id))
    await w.site.make.db.updateTable('queue').set({ unlock_minutes: 60 }).where('id', '=', w.queues.promising).execute()
    await ticks(w, 'unlock', TOMORROW)
    await w.site.make.db.updateTable('queue').set({ unlock_minutes: null }).where('id', '=', w.queues.promising).execute()
  },
  'the clock warns of deadlines': async (w) => {
    const { id } = await w.ticket({ queueId: w.queues.promising })
    await promised(w, 50)
    await dueAt(w, id, NEAR)
    await ticks(w, 'deadlines', w.site.make.now)
    await dueAt(w, id, null)
  },
  'the clock tells of missed deadlines': async (w) => {
    const { id } = await w.ticket({ queueId: w.queues.promising })
    await promised(w, null)
    await dueAt(w, id, OVER)
    await ticks(w, 'deadlines', w.site.make.now)
    await dueAt(w, id, null)
  },
  'the clock tells that deadlines are missed no more': async (w) => {
    const { id } = await w.ticket({ queueId: w.queues.promising })
    await promised(w, null)
    await dueAt(w, id, OVER)
    await ticks(w, 'deadlines', w.site.make.now)
    w.traces.length = 0
    await dueAt(w, id, null)
    await w.site.make.db
      .updateTable('deadline_told')
      .set({ missed_at: new Date(OVER.getTime() - 60_000) })
      .where('ticket_id', '=', id)
      .execute()
    await ticks(w, 'deadlines', w.site.make.now)
  },
}

const WAITING: Record<string, Case> = {
  'a customer is reminded': async (w) => {
    const { id } = await w.ticket()
    await w.work(w.jan, (work) => setState(work, id, { stateId: STATE.waiting, pendingUntil: null }))
    await w.told(w.system, (work) => remindWaiting(work, id))
  },
  'a ticket is closed whose customer does not answer': async (w) => {
    const { id } = await w.ticket()
    await w.work(w.jan, (work) => setState(work, id, { stateId: STATE.waiting, pendingUntil: null }))
    await w.told(w.system, (work) => closeWaiting(work, id, true))
  },
}

const ARCHIVE: Record<string, Case> = {
  'into the archive': async (w) => {
    const { id } = await closed(w)
    await w.told(w.jan, (work) => archiveTicket(work, id, true))
  },
  'out of the archive': async (w) => {
    const { id } = await closed(w)
    await w.work(w.jan, (work) => archiveTicket(work, id, true))
    await w.told(w.jan, (work) => archiveTicket(work, id, false))
  },
  'a message opens an archived ticket': async (w) => {
    const { id } = await closed(w)
    await w.work(w.jan, (work) => archiveTicket(work, id, true))
    await w.told(w.paulina, (work) => followUp(work, id, { article: reply(w, { channel: 'web' }) }))
  },
  'time spent': async (w) => {
    const { id } = await w.ticket()
    await w.told(w.jan, (work) => spendTime(work, id, 15))
  },
  'a note with time spent': async (w) => {
    const { id } = await w.ticket()
    await w.told(w.jan, (work) => addNote(work, id, { body: 'Restart przełącznika.', time: 0.5 }))
  },
  'taking back a note with time spent': async (w) => {
    const { id } = await w.ticket()
    await undone(w, id, (work) => addNote(work, id, { body: 'Restart przełącznika.', time: 0.5 }))
  },
}

/** By area: a file of statements each. */
const MERGED_AND_LINKED: Record<string, Case> = {
  'a ticket is merged into another one': async (w) => {
    const [one, main] = [await w.ticket(), await w.ticket()]
    await w.work(w.jan, (work) => answerTicket(work, one.id, { body: 'Sprawdzamy.' }))
    await w.told(w.jan, (work) => mergeTicket(work, one.id, main.id))
  },
  'a ticket is merged into that of somebody else, and its customer is let in': async (w) => {
    const [one, main] = [await w.ticket(), await w.ticket({ customerId: w.piotr.id })]
    await w.told(w.jan, (work) => mergeTicket(work, one.id, main.id, { letIn: true }))
  },
  'a merged ticket is taken out again': async (w) => {
    const [one, main] = [await w.ticket(), await w.ticket()]
    await w.work(w.jan, (work) => mergeTicket(work, one.id, main.id))
    await w.told(w.jan, (work) => unmergeTicket(work, one.id))
  },
  'a customer writes to a merged ticket': async (w) => {
    const [one, main] = [await w.ticket(), await w.ticket({ customerId: w.piotr.id })]
    await w.work(w.jan, (work) => mergeTicket(work, one.id, main.id))
    await w.told(w.postmaster, (work) => followUp(work, one.id, { article: reply(w) }))
  },
  'two tickets are linked': async (w) => {
    const [one, other] = [await w.ticket(), await w.ticket()]
    await w.told(w.jan, (work) => addLink(work, one.id, { kind: 'ticket', id: other.id }, 'child'))
  },
  'a ticket is linked with an entry of the knowledge base': async (w) => {
    const { id } = await w.ticket()
    await w.told(w.jan, (work) => addLink(work, id, { kind: 'faq', id: '7' }))
  },
  'a link is taken away': async (w) => {
    const [one, other] = [await w.ticket(), await w.ticket()]
    const link = await w.work(w.jan, (work) => addLink(work, one.id, { kind: 'ticket', id: other.id }))
    await w.told(w.jan, (work) => removeLink(work, other.id, link))
  },
}

export const AREAS: Record<string, Record<string, Case>> = {
  'new-tickets': NEW,
  'follow-ups': FOLLOW_UPS,
  answers: ANSWERS,
  attributes: ONE_THING,
  people: PEOPLE,
  'passing-on': PASSING_ON,
  'by-rule': BY_RULE,
  joining: MERGED_AND_LINKED,
  undoing: UNDOING,
  mails: MAILS,
  clock: { ...CLOCK, ...WAITING },
  archive: ARCHIVE,
}
