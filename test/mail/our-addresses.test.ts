/** Addresses of ours are never people; and an installation that has not said who vouches holds what nothing proves. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkOurAddresses, checkWhoVouches } from '../../core/doctor/senders.ts'
import { answerTicket } from '../../core/ticket/change/tickets.ts'
import { addParticipant } from '../../core/ticket/change/participants.ts'
import { createSystemAddress } from '../../core/queue/system-addresses.ts'
import { personOfMail } from '../../core/person/persons.ts'
import { releaseOurAddresses } from '../../core/queue/our-addresses.ts'
import { takeDirectoryPersons } from '../../core/person/directory/take.ts'
import { startStation, type InboundEnd, type Station } from './station.ts'

let station: Station
beforeAll(async () => {
  // Nothing is said of domains and relays, as after the first start.
  station = await startStation({ mail: { relays: [] } })
})
afterAll(() => station.stop())

const rule = (end: InboundEnd, step: string) => end.reason.find((one) => one.step === step)?.rule
async function send(mail: Parameters<Station['mail']>[0] & { subject: string }): Promise<InboundEnd> {
  await station.mail(mail)
  return (await station.processed(mail.subject))[0]!
}
const ticket = (end: InboundEnd) =>
  station.database.db.selectFrom('ticket').selectAll().where('id', '=', end.ticket_id!).executeTakeFirstOrThrow()
const ownerOf = (address: string) =>
  station.database.db.selectFrom('person_address').select('person_id').where('address', '=', address).executeTakeFirst()
const room = () =>
  ({ config: station.config, now: station.make.now, database: station.database, owners: [] }) as unknown as Parameters<
    typeof checkOurAddresses
  >[0]

describe('where nobody has said who vouches', () => {
  test('a new ticket is of whom From names; what goes on with it by number alone is held, with what to set; an answer to our mail is not', async () => {
    const opened = await send({ from: 'Jan <jan@klient.example>', subject: 'Pierwsze', text: 'x' })
    expect(opened.outcome).toBe('new-ticket')
    const { number, customer_id } = await ticket(opened)
    expect(customer_id).toBe((await ownerOf('jan@klient.example'))!.person_id)
    const forged = await send({ from: 'jan@klient.example', subject: `[Ticket#${number}] zmiana konta`, text: 'x' })
    expect([forged.outcome, rule(forged, 'participant')]).toEqual(['follow-up-held', 'part-not-checked'])
    const receipt = await station.sink.waitFor(({ to }) => to.includes('jan@klient.example'))
    const answer = await send({ from: 'jan@klient.example', subject: 'Re: odpowiedź', text: 'x', inReplyTo: receipt.parsed.messageId! })
    expect([answer.outcome, answer.ticket_id, rule(answer, 'participant')]).toEqual([
      'follow-up',
      opened.ticket_id,
      'answers-mail-to-sender',
    ])
    // Another address names the same Message-ID: it was not sent there.
    const other = await send({ from: 'inny@klient.example', subject: 'Re: podsłuchane', text: 'x', inReplyTo: receipt.parsed.messageId! })
    expect([other.outcome, rule(other, 'participant')]).toEqual(['follow-up-held', 'no-part-in-ticket'])
  })

  test('the doctor says what to set, and is content where it is', () => {
    const config = (mail: object) =>
      ({ config: { mail: { ownDomains: [], relays: [], ...mail } } }) as unknown as Parameters<typeof checkWhoVouches>[0]
    expect(checkWhoVouches(config({}))).toMatchObject([{ state: 'warn', remedy: expect.stringContaining('mail.ownDomains') }])
    const relay = { addresses: ['10.0.0.25'], vouchesFor: ['uni.example'], xclient: false, trustHeaders: false }
    expect(checkWhoVouches(config({ relays: [relay] }))).toMatchObject([{ state: 'warn', remedy: expect.stringContaining('authservId') }])
    expect(checkWhoVouches(config({ relays: [{ ...relay, inside: ['10.0.0.0/8'] }], ownDomains: ['uni.example'] }))).toMatchObject([
      { state: 'ok' },
    ])
  })
})

describe('a web form in our name', () => {
  test('is of whom Reply-To names, who is answered; each person of the form is their own customer', async () => {
    const one = await send({
      from: 'Formularz <pomoc@uni.example>',
      replyTo: 'Ewa <ewa@klient.example>',
      subject: 'Formularz Ewy',
      text: 'x',
    })
    const two = await send({
      from: 'Formularz <pomoc@uni.example>',
      replyTo: 'Ola <ola@klient.example>',
      subject: 'Formularz Oli',
      text: 'x',
    })
    expect((await ticket(one)).customer_id).toBe((await ownerOf('ewa@klient.example'))!.person_id)
    expect((await ticket(two)).customer_id).toBe((await ownerOf('ola@klient.example'))!.person_id)
    // Nothing stands for the form, nor for whom it names: a program writes to neither, and the ticket says why.
    expect(rule(one, 'auto-response')).toBe('envelope-differs')
    expect(await ownerOf('pomoc@uni.example')).toBeUndefined()
  })
  test('that names nobody, several, or us again is of nobody', async () => {
    for (const [n, replyTo] of [undefined, 'a@klient.example, b@klient.example', 'postmaster@uni.example'].entries()) {
      const end = await send({ from: 'pomoc@uni.example', subject: `Formularz bez osoby ${n}`, text: 'x', ...(replyTo ? { replyTo } : {}) })
      expect([(await ticket(end)).customer_id, rule(end, 'sender')]).toEqual([null, 'own-address'])
    }
    expect(await ownerOf('postmaster@uni.example')).toBeUndefined()
  })
})

describe('an address of ours', () => {
  const OURS = ['pomoc@uni.example', 'POMOC@uni.example', 'postmaster@uni.example']
  test('makes no person, is let into no ticket and answered in none', async () => {
    const { make } = station
    const { id } = await make.ticket()
    for (const address of OURS) {
      const refusal = { code: 'person.address-is-ours' }
      await expect(make.asSystem((work) => personOfMail(work, address, 'x'))).rejects.toMatchObject(refusal)
      await expect(make.person({ address })).rejects.toMatchObject(refusal)
      await expect(make.asSystem((work) => addParticipant(work, id, address, 'read'))).rejects.toMatchObject(refusal)
      await expect(make.asSystem((work) => answerTicket(work, id, { to: [address], body: 'x' }))).rejects.toMatchObject(refusal)
      await expect(
        make.asSystem((work) => answerTicket(work, id, { to: ['a@klient.example'], cc: [address], body: 'x' })),
      ).rejects.toMatchObject(refusal)
    }
  })

  test('that made an account is taken from it at the start, with its login; its tickets stay; the doctor names it', async () => {
    const { make, database } = station
    const { db } = database
    const give = async (person: { name: string; login?: string; agent?: boolean; source?: string }, address: string) => {
      const id = await make.person({ ...person, address: `tmp-${person.name}@klient.example` })
      await db.updateTable('person_address').set({ address }).where('person_id', '=', id).execute()
      return id
    }
    await db
      .insertInto('system_address')
      .values([
        { address: 'kadry@uni.example', name: 'Kadry', queue_id: '4' },
        { address: 'sport@uni.example', name: 'Sport', queue_id: '4' },
      ])
      .execute()
    const form = await give({ name: 'Formularz', login: 'funkcyjne', source: 'ldap' }, 'pomoc@uni.example')
    const agent = await give({ name: 'Agent', login: 'agent-kadr', agent: true }, 'kadry@uni.example')
    const { id } = await make.ticket({ customerId: form })
    expect(await checkOurAddresses(room())).toMatchObject([{ state: 'warn', says: expect.stringContaining('Formularz') }])
    expect(await make.asSystem(releaseOurAddresses)).toBe(2)
    expect(await make.asSystem(releaseOurAddresses)).toBe(0)
    const person = (who: string) => db.selectFrom('person').select(['login']).where('id', '=', who).executeTakeFirstOrThrow()
    expect([await person(form), await person(agent)]).toEqual([{ login: null }, { login: 'agent-kadr' }])
    expect(await db.selectFrom('person_address').selectAll().where('person_id', 'in', [form, agent]).execute()).toEqual([])
    expect(await db.selectFrom('ticket').select('customer_id').where('id', '=', id).executeTakeFirst()).toEqual({ customer_id: form })
    expect(await checkOurAddresses(room())).toMatchObject([
      { state: 'warn', says: expect.stringMatching(/Formularz.*pomoc@uni\.example.*login funkcyjne.*1 ticket/) },
    ])
  })

  test('does not take over by a directory, and becomes ours only where nobody logs in with it', async () => {
    const { make, database } = station
    const known = await make.person({ name: 'Zwykła', login: 'zwykla', address: 'zwykla@uni.example' })
    const taken = make.asSystem((work) =>
      createSystemAddress(work, { address: 'zwykla@uni.example', name: 'x', queueId: '4', valid: true }),
    )
    await expect(taken).rejects.toMatchObject({ code: 'person.address-taken' })
    expect((await ownerOf('zwykla@uni.example'))?.person_id).toBe(known)
    const mailed = await make.asSystem((work) => personOfMail(work, 'basen@uni.example', 'Basen'))
    await make.asSystem((work) => createSystemAddress(work, { address: 'basen@uni.example', name: 'Basen', queueId: '4', valid: true }))
    expect(await ownerOf('basen@uni.example')).toBeUndefined()
    const [change] = await make.asSystem((work) =>
      takeDirectoryPersons(work, [
        {
          directory: 'campus',
          entryId: 'e1',
          dn: 'cn=basen',
          login: 'basen',
          firstName: '',
          lastName: '',
          name: 'Konto funkcyjne',
          phone: '',
          language: null,
          addresses: ['basen@uni.example'],
          agent: false,
          roles: [],
          unit: null,
          attributes: {},
          groups: [],
          valid: true,
        } as never,
      ]),
    )
    expect(change).toMatchObject({ kind: 'comes', problems: [{ problem: 'address-ours' }] })
    expect(change!.personId).not.toBe(mailed)
    expect(await database.db.selectFrom('person').select('login').where('id', '=', mailed).executeTakeFirst()).toEqual({ login: null })
  })
})
