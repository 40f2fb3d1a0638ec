/** Owns the tickets and mails of a backup: every state, every way in and out, everything that may become of a mail. */
import { sql } from 'kysely'
import {
  acceptHeld,
  addNote,
  addParticipant,
  answerTicket,
  asCustomer,
  confirmOwnMail,
  createTicket,
  followUp,
  forwardArticle,
  listArticles,
  moveTicket,
  redirectArticle,
  rejectHeld,
  releaseTicket,
  removeParticipant,
  resendArticle,
  setCustomer,
  setOwner,
  setPriority,
  setState,
  setTitle,
  takeTicket,
  touchSeen,
  undoAct,
  watchTicket,
  type Id,
  type NewArticle,
} from '../../../core/index.ts'
import {
  cancelOutbound,
  deleteInbound,
  deliverInbound,
  dropDeadJob,
  listDeadJobs,
  resumePlugin,
  retryInbound,
  sendOutboundNow,
} from '../../../core/administration.ts'
import { corpus } from '../../mail/corpus.ts'
import { BREAKS, DEAF_TO, REFUSED } from './plugins.ts'
import { expectStatus, type House } from './administration.ts'
import type { Stage } from './stage.ts'

/** Ids of states as every installation has them. */
export const STATES = {
  new: '1',
  closed: '2',
  'closed unsuccessful': '3',
  open: '4',
  removed: '5',
  'pending reminder': '6',
  'pending auto close+': '7',
  'pending auto close-': '8',
  merged: '9',
  'waiting for customer': '20',
} as const

const PAULINA = 'Paulina Szpak <paulina.szpak@student.example>'
const RESULTS = (from: string) => ({
  'Authentication-Results': `mx.uni.example; spf=pass smtp.mailfrom=${from}; dmarc=pass header.from=${from.split('@')[1]}`,
})

export async function makeTickets(stage: Stage, house: House): Promise<Record<string, Id>> {
  const { ada, jan, piotr, paulina, tomasz } = house
  const tickets: Record<string, Id> = {}
  const inDays = (days: number) => new Date(stage.now.getTime() + days * 86_400_000)
  const phone = async (
    title: string,
    more: Partial<Parameters<typeof createTicket>[1]> & { body?: string; attachments?: NewArticle['attachments'] } = {},
  ): Promise<Id> => {
    const { body = 'Dzwoni w sprawie: nie działa.', attachments, ...rest } = more
    return (
      await stage.as(ada, (work) =>
        createTicket(work, {
          title,
          queueId: house.siec,
          customerId: paulina,
          article: {
            channel: 'phone',
            senderType: 'customer',
            visible: true,
            personId: paulina,
            subject: title,
            body,
            ...(attachments ? { attachments } : {}),
          },
          ...rest,
        }),
      )
    ).id
  }

  // ── every state ──
  for (const [name, stateId] of Object.entries(STATES)) {
    if (name === 'merged') continue
    const id = (tickets[name] = await phone(`Stan: ${name}`))
    if (name === 'new') continue
    await stage.as(ada, (work) =>
      setState(
        work,
        id,
        {
          stateId,
          ...(name.startsWith('pending') || name.startsWith('waiting')
            ? { pendingUntil: name.startsWith('waiting') ? null : inDays(name === 'pending reminder' ? 2 : 30) }
            : {}),
        },
        { body: `Zmiana stanu na ${name}.` },
      ),
    )
  }
  // No act of this version merges: written as an import would write it.
  const merged = (tickets['merged'] = await phone('Stan: merged'))
  await stage.as(ada, async (work) => {
    const { number } = await work.db.selectFrom('ticket').select('number').where('id', '=', merged).executeTakeFirstOrThrow()
    const target = await work.db.selectFrom('ticket').select(['id', 'number']).where('id', '=', tickets['open']!).executeTakeFirstOrThrow()
    await work.db
      .updateTable('ticket')
      .set({ state_id: '9', state_type: 'merged', changed_at: work.now })
      .where('id', '=', merged)
      .execute()
    await work.db
      .insertInto('history')
      .values({
        ticket_id: merged,
        article_id: null,
        type: 'Merged',
        name: `%%${number}%%${merged}%%${target.number}%%${target.id}`,
        before: null,
        after: null,
        reason: null,
        person_id: ada,
        act_id: work.act,
        created_at: work.now,
      })
      .execute()
  })

  // ── ties: owner, lock, responsible, watchers, participants, customer, queue, priority, title ──
  const worked = (tickets['worked'] = await phone('Brak sieci w sali 214', {
    responsibleId: jan,
    customerCompany: 'WM',
    body: 'Od rana w sali 214 nie ma sieci.',
    attachments: [{ name: 'plan sali.txt', contentType: 'text/plain', content: Buffer.from('gniazdko 214/7 – zielone\n') }],
  }))
  await stage.as(ada, (work) => takeTicket(work, worked))
  await stage.as(ada, (work) => setPriority(work, worked, '4'))
  await stage.as(ada, (work) => setTitle(work, worked, 'Brak sieci w salach 214 i 215'))
  await stage.as(jan, (work) => watchTicket(work, worked, true))
  await stage.as(ada, (work) => watchTicket(work, worked, true))
  await stage.as(ada, (work) => watchTicket(work, worked, false))
  await stage.as(ada, (work) => addParticipant(work, worked, 'tomasz.maj@student.example', 'read'))
  await stage.as(ada, (work) => addParticipant(work, worked, 'tomasz.maj@student.example', 'reply'))
  await stage.as(ada, (work) => addParticipant(work, worked, 'zofia.krol@student.example', 'read'))
  await stage.as(ada, async (work) => removeParticipant(work, worked, house.held))
  await stage.as(ada, (work) => addNote(work, worked, { body: 'Przełącznik na II piętrze do wymiany.' }))
  await stage.as(ada, (work) => addNote(work, worked, { body: 'Rozmowa telefoniczna z firmą.', channel: 'phone', visible: true }))
  await stage.as(ada, (work) => setOwner(work, worked, jan))
  await stage.as(jan, (work) =>
    answerTicket(work, worked, {
      body: 'Dzień dobry,\n\nwymieniamy przełącznik, będzie działać jutro.',
      cc: ['wykonawca@firma.example'],
      attachments: [{ name: 'harmonogram.txt', contentType: 'text/plain', content: Buffer.from('jutro 8:00\n') }],
    }),
  )
  await stage.quiet({ hurry: true })
  const released = (tickets['released'] = await phone('Oddane'))
  await stage.as(jan, (work) => takeTicket(work, released))
  await stage.as(ada, (work) => takeTicket(work, released, { fromOther: true }))
  await stage.as(ada, (work) => releaseTicket(work, released))
  const moved = (tickets['moved'] = await phone('Przeniesione'))
  await stage.as(ada, (work) => takeTicket(work, moved))
  await stage.as(ada, (work) => moveTicket(work, moved, house.poczta))
  await stage.as(ada, (work) => setCustomer(work, moved, tomasz))
  const topic = (await stage.db.selectFrom('topic').select('id').orderBy('id').executeTakeFirstOrThrow()).id
  const web = (tickets['web'] = (
    await stage.host.work({ ...(await stage.actor(tomasz)), access: asCustomer((await stage.actor(tomasz)).access) }, (work) =>
      createTicket(work, {
        title: 'Zapisy na praktyki',
        queueId: house.dziekanat,
        customerId: tomasz,
        topicId: topic,
        reason: [{ step: 'form', decided: house.dziekanat, rule: 'unit-takes-all' }],
        article: {
          channel: 'web',
          senderType: 'customer',
          visible: true,
          personId: tomasz,
          subject: 'Zapisy na praktyki',
          body: 'Kiedy są zapisy?\n\nTomasz',
        },
      }),
    )
  ).id)
  await stage.as(tomasz, (work) =>
    followUp(work, web, {
      article: {
        channel: 'web',
        senderType: 'customer',
        visible: true,
        personId: tomasz,
        subject: 'Zapisy na praktyki',
        body: 'I do kiedy?',
      },
    }),
  )
  await touchSeen(stage.db, web, tomasz, stage.now)
  await touchSeen(stage.db, worked, ada, stage.now)

  // ── an answer that was taken back, one that closed and told the customer ──
  const taken = (tickets['taken back'] = await phone('Cofnięta odpowiedź'))
  const act = await stage.as(ada, async (work) => {
    await answerTicket(work, taken, { body: 'To nie ta odpowiedź.', state: { stateId: STATES.closed } })
    return work.act
  })
  await stage.host.work(await stage.actor(ada), (work) => undoAct(work, taken, act))
  const done = (tickets['answered and closed'] = await phone('Załatwione'))
  await stage.as(jan, (work) => answerTicket(work, done, { body: 'Gotowe.', state: { stateId: STATES.closed } }))
  await stage.quiet({ hurry: true })

  // ── what the probe cannot hear: one delivery given up, one dropped by an administrator ──
  const deaf = (tickets['deaf'] = await phone(`${DEAF_TO} windy`))
  await stage.quiet()
  await sql`update graphile_worker._private_jobs set attempts = max_attempts where last_error is not null`.execute(stage.db)
  await phone(`${DEAF_TO} windy, druga`)
  await stage.quiet()
  await sql`update graphile_worker._private_jobs set attempts = max_attempts where last_error is not null`.execute(stage.db)
  const dead = await listDeadJobs(stage.db)
  await stage.as(house.admin, (work) => dropDeadJob(work, dead.find((job) => job.fact?.ticketId !== deaf)!.id))

  // ── mail in ──
  const subject = (text: string) =>
    stage.db
      .selectFrom('inbound_mail')
      .select(['id', 'ticket_id', 'article_id', 'state'])
      .where('subject', '=', text)
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow()
  await stage.mail({
    from: PAULINA,
    subject: 'Nie działa eduroam',
    to: 'eduroam@uni.example',
    headers: RESULTS('paulina.szpak@student.example'),
    messageId: '<start-1@student.example>',
    text: 'Laptop nie łączy się z eduroam.',
    html: '<p>Laptop nie łączy się z <b>eduroam</b>.</p><p><img src="cid:zrzut"><img src="https://sledzi.example/x.gif"></p><script>alert(1)</script>',
    attachments: [
      {
        filename: 'zrzut.gif',
        cid: 'zrzut',
        contentType: 'image/gif',
        content: Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64'),
      },
      { filename: 'dziennik.txt', content: 'wpa_supplicant: failed\n' },
    ],
  })
  await stage.quiet()
  const mailed = (tickets['mailed'] = (await subject('Nie działa eduroam')).ticket_id!)
  await stage.mail({
    from: PAULINA,
    subject: 'Re: Nie działa eduroam',
    to: 'eduroam@uni.example',
    inReplyTo: '<start-1@student.example>',
    headers: RESULTS('paulina.szpak@student.example'),
    text: 'Dalej nie działa.',
  })
  await stage.quiet()
  // Not proven: the sender herself says so on the web.
  await stage.mail({ from: PAULINA, subject: 'Bez dowodu', text: 'Czy to ja?' })
  await stage.quiet()
  tickets['confirmed'] = (await subject('Bez dowodu')).ticket_id!
  await stage.as(paulina, (work) => confirmOwnMail(work, tickets['confirmed']!))
  await stage.mail({ from: 'Rektor <rektor@uni.example>', subject: 'Pilny przelew', text: 'Proszę zapłacić.', outside: true })
  await stage.mail({ from: 'Nadawca <ktos@student.example>', subject: 'Sprawdzony przez SPF', text: 'Dzień dobry.', outside: true })
  await stage.quiet()
  // From people without a part in the ticket: accepted, let in, rejected, undecided.
  const number = (await stage.db.selectFrom('ticket').select('number').where('id', '=', mailed).executeTakeFirstOrThrow()).number
  for (const [n, name] of ['pierwszy', 'drugi', 'trzeci', 'czwarty'].entries()) {
    await stage.mail({
      from: `Obcy ${name} <${n}.obcy@student.example>`,
      to: 'eduroam@uni.example',
      subject: `Re: [Ticket#${number}] ${name}`,
      headers: RESULTS(`${n}.obcy@student.example`),
      text: `U mnie też (${name}).`,
    })
    await stage.quiet()
  }
  const held = (
    await stage.db
      .selectFrom('article')
      .select('id')
      .where('ticket_id', '=', mailed)
      .where('held_at', 'is not', null)
      .orderBy('id')
      .execute()
  ).map(({ id }) => id)
  await stage.as(ada, (work) => acceptHeld(work, mailed, held[0]!))
  await stage.as(ada, (work) => acceptHeld(work, mailed, held[1]!, { sender: true }))
  await stage.as(ada, (work) => rejectHeld(work, mailed, held[2]!))
  // A queue that takes nothing from strangers; closed tickets that reject, begin anew, or open again.
  for (const [local, text] of [
    ['zamkniete', 'Zamykane'],
    ['nowe', 'Zaczynane od nowa'],
    ['konta', 'Otwierane'],
  ] as const) {
    await stage.mail({
      from: PAULINA,
      to: `${local}@uni.example`,
      subject: text,
      messageId: `<${local}@student.example>`,
      headers: RESULTS('paulina.szpak@student.example'),
      text: 'Pytanie.',
    })
    await stage.quiet()
    const { ticket_id: id } = await subject(text)
    if (local === 'zamkniete') {
      const { number: own } = await stage.db.selectFrom('ticket').select('number').where('id', '=', id!).executeTakeFirstOrThrow()
      await stage.mail({
        from: 'obcy@student.example',
        to: 'zamkniete@uni.example',
        subject: `[Ticket#${own}] obcy`,
        text: 'Nie moja sprawa.',
      })
      await stage.quiet()
    }
    await stage.as(ada, (work) => setState(work, id!, { stateId: STATES.closed }))
    await stage.mail({
      from: PAULINA,
      to: `${local}@uni.example`,
      subject: `Re: ${text}`,
      inReplyTo: `<${local}@student.example>`,
      headers: RESULTS('paulina.szpak@student.example'),
      text: 'Jeszcze jedno.',
    })
    await stage.quiet()
  }
  await stage.mail({
    from: 'monitor@student.example',
    subject: 'Alarm dysku',
    messageId: '<alarm@student.example>',
    headers: { 'Auto-Submitted': 'auto-generated' },
    text: 'Dysk 91 %.',
  })
  await stage.quiet()
  const alarm = (await subject('Alarm dysku')).ticket_id!
  await stage.as(ada, (work) => setState(work, alarm, { stateId: STATES.closed }))
  await stage.mail({
    from: 'monitor@student.example',
    subject: 'Re: Alarm dysku',
    inReplyTo: '<alarm@student.example>',
    headers: { 'Auto-Submitted': 'auto-generated' },
    text: 'Dysk 95 %.',
  })
  // What trusted headers say: owner, responsible, state with its date, another queue later.
  await stage.mail({
    from: PAULINA,
    subject: 'Z nagłówkami',
    messageId: '<headers@student.example>',
    text: 'x',
    headers: {
      'X-OTRS-Owner': 'jkowalski',
      'X-OTRS-Responsible': 'anowak',
      'X-OTRS-State': 'pending reminder',
      'X-OTRS-State-PendingTime': '2027-01-04 09:00:00',
      'X-OTRS-Priority': '2 low',
      'X-OTRS-Queue': 'Sieć',
    },
  })
  await stage.quiet()
  tickets['by headers'] = (await subject('Z nagłówkami')).ticket_id!
  await stage.mail({
    from: PAULINA,
    subject: 'Re: Z nagłówkami',
    inReplyTo: '<headers@student.example>',
    text: 'x',
    headers: { 'X-OTRS-FollowUp-Queue': 'Poczta i konta', 'X-OTRS-FollowUp-Responsible': 'jkowalski' },
  })
  await stage.mail({ from: PAULINA, subject: 'REKLAMA pościeli', text: 'x' })
  await stage.mail({ from: PAULINA, subject: 'PILNE z rektoratu', text: 'x' })
  await stage.mail({ from: 'tomasz.maj@student.example', to: 'wm@uni.example', subject: 'Do dziekanatu', text: 'x' })
  await stage.quiet()
  // The same bytes for two addresses; a mail of ours that came back; a bounce of one.
  await stage.raw(
    'From: podwojny@student.example\r\nTo: siec@uni.example, konta@uni.example\r\nSubject: Do dwojga\r\nMessage-ID: <dwoje@student.example>\r\n\r\nx\r\n',
    { from: 'podwojny@student.example', to: ['siec@uni.example', 'konta@uni.example'] },
  )
  await stage.quiet()
  const ours = stage.sink.mails.find((mail) => mail.parsed.subject?.includes('Brak sieci'))!
  await stage.raw(ours.raw, { from: 'pomoc@uni.example', to: 'pomoc@uni.example' })
  const bounce = corpus()
    .find(({ name }) => name === 'a-bounce-of-our-answer-goes-to-its-ticket')!
    .raw.toString('latin1')
  const answered = stage.sink.mails.filter((mail) => /^(Re|RE):/.test(mail.parsed.subject ?? '')).at(-1)!
  await stage.raw(
    Buffer.from(bounce.replace(/(message\/rfc822[\s\S]*?Message-ID: )[^\r\n]*/i, `$1${answered.parsed.messageId}`), 'latin1'),
    { from: '', to: 'pomoc@uni.example' },
  )
  await stage.quiet()
  // Mails of many shapes, every third small one of the corpus.
  for (const { raw, expected } of corpus()
    .filter(({ raw: bytes }) => bytes.length < 6000)
    .filter((_, n) => n % 3 === 0)) {
    await stage.raw(raw, { from: expected.envelope?.from ?? 'anna.nowak@student.example', to: 'pomoc@uni.example' })
  }
  await stage.quiet()

  // ── mail that a plugin refused, that could not be worked up, and what became of it ──
  for (const n of [1, 2, 3, 4]) await stage.mail({ from: PAULINA, subject: `${REFUSED} ${n}`, text: 'x' })
  await stage.quiet()
  const refused = await Promise.all(
    [1, 2, 3, 4].map((n) =>
      stage.db
        .selectFrom('inbound_mail')
        .select('id')
        .where('state', '=', 'held')
        .orderBy('id')
        .offset(n - 1)
        .limit(1)
        .executeTakeFirstOrThrow(),
    ),
  )
  await stage.as(house.admin, (work) => retryInbound(work, refused[0]!.id))
  await stage.as(house.admin, (work) => deleteInbound(work, refused[1]!.id, 'niechciane'))
  await stage.as(house.admin, (work) => deliverInbound(work, refused[2]!.id, house.poczta))
  await stage.quiet()
  // Without its calendar nothing can be received: a fault of ours that lasts, until the mail is listed as failed.
  await sql`with away as (update unit set calendar_id = null where id = 1) update calendar set name = 'nie ma' where id = 1`.execute(
    stage.db,
  )
  await stage.mail({ from: PAULINA, subject: 'Nie do przyjęcia', text: 'x' })
  await stage.mail({ from: PAULINA, subject: 'Nie do przyjęcia, druga', text: 'x' })
  await stage.quiet({ hurry: true })
  await sql`with back as (update unit set calendar_id = 1 where id = 1) update calendar set name = 'default' where id = 1`.execute(stage.db)
  const [failed] = await stage.db.selectFrom('inbound_mail').select('id').where('state', '=', 'failed').orderBy('id').execute()
  if (!failed) throw new Error('no mail failed')
  await stage.as(house.admin, (work) => retryInbound(work, failed.id))
  await stage.quiet()
  // Five faults suspend a plugin; resumed, and five more.
  for (const n of [1, 2, 3, 4, 5]) await stage.mail({ from: PAULINA, subject: `${BREAKS} ${n}`, text: 'x' })
  await stage.quiet()
  await stage.kernel.faults.settled()
  await stage.as(house.admin, (work) => resumePlugin(work, 'brittle', '1'))
  for (const n of [6, 7, 8, 9, 10]) await stage.mail({ from: PAULINA, subject: `${BREAKS} ${n}`, text: 'x' })
  await stage.quiet()
  await stage.kernel.faults.settled()

  // ── mail out: passed on, sent again, refused, delayed, taken back, sent at once ──
  const [firstMail] = await listArticles(stage.db, mailed, { visibleOnly: false })
  await stage.as(ada, (work) =>
    forwardArticle(work, mailed, {
      articleId: firstMail!.id,
      to: ['serwis@firma.example'],
      body: 'Prosimy o pomoc.',
      keep: firstMail!.attachments.map(({ id }) => id),
    }),
  )
  await stage.as(ada, (work) => redirectArticle(work, mailed, { articleId: firstMail!.id, to: ['inny@firma.example'] }))
  await stage.quiet({ hurry: true })
  const sent = (await listArticles(stage.db, worked, { visibleOnly: false })).find(
    (article) => article.senderType === 'agent' && article.channel === 'email',
  )!
  await stage.as(ada, (work) => resendArticle(work, worked, { articleId: sent.id, to: ['paulina.szpak@student.example'] }))
  await stage.quiet({ hurry: true })
  const nowhere = (tickets['undeliverable'] = await phone('Nie dojdzie'))
  stage.sink.refusal = { at: 'rcpt', code: 550, text: '5.1.1 User unknown' }
  await stage.as(jan, (work) => answerTicket(work, nowhere, { body: 'Odpowiedź, która nie dojdzie.', to: ['nie.ma@firma.example'] }))
  await stage.quiet({ hurry: true })
  stage.sink.refusal = { at: 'rcpt', code: 451, text: '4.7.1 Greylisted, try again later' }
  const [late, cancelled, now] = [await phone('Dojdzie później'), await phone('Wycofane z poczty'), await phone('Wysłane od razu')]
  Object.assign(tickets, { late, cancelled, now })
  const answer = async (id: Id) => (await stage.as(jan, (work) => answerTicket(work, id, { body: 'Odpowiedź.' }))).mailId!
  const mails = [await answer(late), await answer(cancelled), await answer(now)]
  // One try each: the next is minutes away.
  await sql`update graphile_worker._private_jobs set run_at = now() where key = any(${mails.map((id) => `mail/send/${id}`)})`.execute(
    stage.db,
  )
  await stage.quiet()
  stage.sink.refusal = undefined
  await stage.as(house.admin, (work) => cancelOutbound(work, mails[1]!))
  await stage.as(house.admin, (work) => sendOutboundNow(work, mails[2]!))
  await stage.quiet()

  // ── what is looked at and taken away ──
  await house.adaBrowser.get('/desk')
  expectStatus(await house.adaBrowser.get('/desk/export.csv?view=open'), 200)
  expectStatus(await house.adaBrowser.get(`/desk/tickets/${worked}`), 200)
  void piotr
  return tickets
}
