/** Owns the acts that make a ticket: an agent's own entry, and what a customer asks on the web. */
import { oneAddress, readAddressList } from '../../mail/address-list.ts'
import { z } from 'zod'
import { isId } from '../../database/id.ts'
import { storable } from '../../database/storable.ts'
import type { Id } from '../../database/schema.ts'
import { refused } from '../../errors.ts'
import { isLanguage, type Language } from '../../i18n/languages.ts'
import { countLimit, refusedOver } from '../../kernel/limits/limits.ts'
import { coreSettings } from '../../kernel/settings/core-settings.ts'
import { readSettings } from '../../kernel/settings/settings.ts'
import { actorId, type Work } from '../../kernel/work.ts'
import { confirmRequest } from '../../mail/texts/auto-response.ts'
import { searchPersons } from '../../person/person-search.ts'
import { findPerson, isAddress, personOfMail } from '../../person/persons.ts'
import { createTicket, withSignature } from '../change/tickets.ts'
import { buildSubject, DEFAULT_SUBJECT_SETTINGS } from '../subject.ts'
import { demandForeign, type SenderAddress } from '../../mail/addresses.ts'
import { newMessageId, queueMail, sayAddress } from '../../mail/outbound.ts'
import { signatureForNew } from '../../mail/texts/answer-parts.ts'
import { senderOfQueue } from '../../queue/queues.ts'
import { act } from './act.ts'
import { aboutOf } from './classifying.ts'
import { files, flag, id, line, MESSAGE, oneOf, spent, text } from './fields.ts'

export const openingActs = {
  'new': act({
    on: 'new',
    right: 'create',
    offeredBy: ['desk', 'program'],
    undoable: false,
    bulk: false,
    minds: [],
    words: { button: 'act.new', title: 'act.new.title', done: 'done.new' },
    // Whose it is: `customer` by id, else `who` by address, login or name; an address that nobody has makes a person called `name`.
    fields: z.object({
      title: line(),
      body: text(),
      queue: id(),
      customer: id(),
      who: line(),
      name: line(250),
      channel: oneOf(['phone', 'internal', 'email']),
      take: flag(),
      type: id(),
      service: id(),
      sla: id(),
      attachments: files(),
      time: spent(),
    }),
    lookUp: async (_room, { title, body }) => {
      if (body.trim() === '') throw refused('article.empty', {}, 'body')
      if (title.trim() === '') throw refused('article.empty', {}, 'title')
    },
    chooses: ({ queue, type, service, sla, customer }) => ({ queue, type, service, sla, ...(isId(customer) ? { customer } : {}) }),
    run: async (work, _none, { title: typed, body, queue, channel, take, attachments, type, service, sla, time, ...whose }) => {
      const title = typed.trim()
      const customerId = await customerOf(work, whose)
      const person = await findPerson(work.db, customerId)
      const internal = channel === 'internal'
      const agent = actorId(work)
      const mail = channel === 'email' ? await mailTo(work, person?.address ?? null, { queueId: queue, title, body }) : undefined
      const made = await createTicket(work, {
        title,
        queueId: queue,
        customerId,
        ...aboutOf({ type, service, sla }),
        time,
        ...(take && agent ? { ownerId: agent, state: 'open' } : {}),
        article: {
          channel: mail ? 'email' : internal ? 'internal' : 'phone',
          senderType: 'agent',
          visible: !internal,
          personId: agent,
          from: work.actor.name,
          to: person?.name ?? '',
          subject: storable(title),
          body,
          ...mail?.article,
          attachments,
        },
        reason: [{ step: 'entry', decided: queue, rule: 'entry', detail: work.actor.name }],
      })
      if (mail) await send(work, mail, { ...made, title })
      return { params: { number: made.number }, id: made.id }
    },
  }),
  // The portal says which queue answers and why; it is confirmed by mail in the reader's language.
  ask: act({
    on: 'new',
    right: 'anybody',
    offeredBy: ['portal'],
    undoable: false,
    bulk: false,
    minds: [],
    words: { button: 'act.ask', title: 'act.ask.title', done: 'done.ask' },
    fields: z.object({
      subject: z.string().trim().min(1).max(250),
      body: z.string().trim().min(1).max(MESSAGE),
      queue: id(),
      topic: z.string().max(40).nullable().default(null),
      service: id(),
      reason: z.array(z.unknown()).max(20).optional(),
      language: z.custom<Language>(isLanguage),
      attachments: files(),
    }),
    chooses: ({ queue, service }) => ({ queue, service }),
    run: async (work, _none, { subject, body, queue, topic, service, reason, language, attachments }) => {
      const asks = actorId(work)
      await demandNotTooMany(work, asks)
      const { id: made, number } = await createTicket(work, {
        title: subject,
        queueId: queue,
        customerId: asks,
        topicId: topic,
        ...aboutOf({ service }),
        ...(reason === undefined ? {} : { reason }),
        article: {
          channel: 'web',
          senderType: 'customer',
          visible: true,
          personId: asks,
          from: work.actor.name,
          subject,
          body,
          attachments,
        },
      })
      await confirmRequest(work, made, language)
      return { params: { number }, id: made, number }
    },
  }),
}

/** Whoever asks more on the web than one person does in an hour is asked to wait. Error: `ticket.too-many`. */
async function demandNotTooMany(work: Work, personId: Id | null): Promise<void> {
  if (personId === null) return
  const { 'limits.tickets': most } = await readSettings(work.db, 'core', coreSettings)
  const asked = { name: 'tickets', key: personId, most } as const
  const counted = await countLimit(work.db, asked, work.now)
  if (counted.over) throw refusedOver(asked, counted, work.now, 'ticket.too-many')
}

/** The chosen person, or a new one for an address that nobody has. */
interface MailToCustomer {
  sender: SenderAddress
  address: string
  article: { from: string; to: string; body: string; messageId: string }
}

/** The mail with which an agent opens a ticket (OTRS AgentTicketEmail). Errors: `person.no-address`, `person.address-is-ours` at 'who'. */
async function mailTo(work: Work, address: string | null, of: { queueId: Id; title: string; body: string }): Promise<MailToCustomer> {
  if (address === null) throw refused('person.no-address', {}, 'who')
  await demandForeign(work, [address], 'who')
  const sender = await senderOfQueue(work.db, work.config, of.queueId)
  const body = withSignature(of.body, await signatureForNew(work, of.queueId, of.title))
  return { sender, address, article: { from: sayAddress(sender), to: address, body, messageId: newMessageId(work.config) } }
}

/** It leaves at once: a ticket that was opened is not taken back. */
async function send(
  work: Work,
  mail: MailToCustomer,
  { id, number, articleId, title }: { id: Id; number: string; articleId: Id; title: string },
): Promise<void> {
  await queueMail(work, {
    kind: 'reply',
    from: mail.sender,
    to: [mail.address],
    subject: buildSubject({ number, subject: title, kind: 'new' }, DEFAULT_SUBJECT_SETTINGS),
    ticketId: id,
    articleId,
    messageId: mail.article.messageId,
  })
}

async function customerOf(work: Work, { customer, who: typed, name }: { customer: string; who: string; name: string }): Promise<Id> {
  const who = oneAddress(typed)
  if (customer !== '' && customer !== 'new') {
    const person = await findPerson(work.db, customer)
    if (!person?.valid) throw refused('person.unknown', { who }, 'who')
    return person.id
  }
  if (isAddress(who)) return personOfMail(work, who, name.trim() || (readAddressList(typed)[0]?.name ?? ''))
  const found = await searchPersons(work.db, who, 2)
  if (found.length === 1) return found[0]!.id
  throw refused(found.length === 0 ? 'person.unknown' : 'person.which', { who }, 'who')
}
