import { describe, expect, it } from 'vitest'
import { isProven, whereProgramsWrite, whomToAnswer, type Message } from './whom.ts'

const OURS = new Set(['pomoc@uni.example', 'dziekanat@uni.example'])
const isOurs = (address: string) => OURS.has(address.toLowerCase())
const anna = { id: '7', address: 'anna@student.example' }
const message = (what: Partial<Message>): Message => ({
  from: 'Anna Nowak <anna@student.example>',
  replyTo: '',
  to: 'pomoc@uni.example',
  cc: '',
  personId: '7',
  personAddresses: ['anna@student.example'],
  ...what,
})

describe('whom an agent answers', () => {
  const form = { id: '9', address: 'formularz@uni.example' }
  it.each<[string, Message | undefined, { id: string | null; address: string | null }, string[], string[]]>([
    ['without a message the customer', undefined, anna, ['anna@student.example'], []],
    ['without either nobody', undefined, { id: null, address: null }, [], []],
    ['who wrote, by From', message({}), anna, ['anna@student.example'], []],
    [
      'the address of theirs that they wrote from',
      message({ from: 'anna@dom.example', personAddresses: ['anna@student.example', 'anna@dom.example'] }),
      anna,
      ['anna@dom.example'],
      [],
    ],
    ['the main one, where they have that address no more', message({ from: 'anna@dawny.example' }), anna, ['anna@student.example'], []],
    ['the web: no address is said', message({ from: 'Anna Nowak' }), anna, ['anna@student.example'], []],
    ['Reply-To', message({ replyTo: 'Anna <anna@dom.example>' }), anna, ['anna@dom.example'], []],
    [
      'a form: whom it names, not the form',
      message({
        from: 'Formularz <formularz@uni.example>',
        replyTo: 'Jan <jan@x.example>',
        personId: '9',
        personAddresses: [form.address],
      }),
      form,
      ['jan@x.example'],
      [],
    ],
    [
      'a list that rewrites From: the author, and the list only if all are to have it',
      message({
        from: 'Adam przez Lista <lista@l.example>',
        replyTo: 'Adam <adam@x.example>, lista@l.example',
        personId: null,
        personAddresses: [],
      }),
      { id: null, address: null },
      ['adam@x.example'],
      [],
    ],
    [
      'somebody else than the customer: both',
      message({ from: 'Jan <jan@x.example>', personId: '8', personAddresses: ['jan@x.example'] }),
      anna,
      ['jan@x.example', 'anna@student.example'],
      [],
    ],
    [
      'to all: who else had it, each once, but none of ours and not who is answered anyway',
      message({
        to: 'Pomoc <POMOC@uni.example>, "Kowalska, Ewa" <ewa@x.example>',
        cc: 'ewa@x.example, dziekanat@uni.example, Anna <ANNA@student.example>, nikt, ola@x.example',
      }),
      anna,
      ['anna@student.example'],
      ['ewa@x.example', 'ola@x.example'],
    ],
    ['an address of ours in Reply-To: From', message({ replyTo: 'pomoc@uni.example' }), anna, ['anna@student.example'], []],
    [
      'an address of ours in From: Reply-To',
      message({ from: 'pomoc@uni.example', replyTo: 'jan@x.example', personId: null, personAddresses: [] }),
      { id: null, address: null },
      ['jan@x.example'],
      [],
    ],
    [
      'nothing but ours: nobody',
      message({ from: 'pomoc@uni.example', personId: '5', personAddresses: ['pomoc@uni.example'] }),
      { id: '5', address: 'pomoc@uni.example' },
      [],
      [],
    ],
    ['what is no address: the customer', message({ from: 'Anna <nikt>', replyTo: 'x y z' }), anna, ['anna@student.example'], []],
    [
      'an address within a name is none',
      message({ from: '"ofiara@x.example, Jan" <jan@y.example>', personId: null, personAddresses: [] }),
      { id: null, address: null },
      ['jan@y.example'],
      [],
    ],
  ])('%s', (_what, from, customer, to, others) => expect(whomToAnswer(from, customer, isOurs)).toMatchObject({ to, others }))

  it('says where Reply-To differs from From, and only there', () => {
    const elsewhere = (what: Partial<Message>) => whomToAnswer(message(what), anna, isOurs).elsewhere
    expect(elsewhere({ replyTo: 'x@evil.example' })).toEqual({ from: 'anna@student.example', replyTo: 'x@evil.example' })
    expect(elsewhere({ replyTo: 'ANNA@Student.example' })).toBeNull()
    expect(elsewhere({})).toBeNull()
  })

  it('says where nobody is known to have written', () => {
    expect(whomToAnswer(message({ personId: null, personAddresses: [] }), { id: null, address: null }, isOurs).claimed).toBe(true)
    expect(whomToAnswer(message({}), anna, isOurs).claimed).toBe(false)
  })
})

describe('where programs write', () => {
  const from = 'anna@student.example'
  it.each([
    // From, Reply-To, envelope, proven → address or rule
    [from, [], from, false, from],
    [from, [], 'bounces+7@mail.student.example', false, from],
    [from, [], 'x@evil.example', false, 'envelope-differs'],
    [from, [], 'x@evil.example', true, from],
    [from, [], '', false, 'envelope-differs'],
    [from, ['victim@third.example'], from, false, from],
    [from, ['victim@third.example'], 'x@evil.example', false, 'envelope-differs'],
    [from, ['victim@third.example'], 'x@evil.example', true, 'victim@third.example'],
    [from, ['biuro@Student.example'], 'x@evil.example', false, 'biuro@student.example'],
    [from, ['nie adres', 'biuro@student.example'], from, false, 'biuro@student.example'],
    [from, ['x@notstudent.example'], 'x@evil.example', false, 'envelope-differs'],
    [from, ['pomoc@uni.example'], from, true, 'own-address'],
    ['', ['victim@third.example'], 'x@evil.example', false, 'envelope-differs'],
    ['', ['ewa@klient.example'], 'ewa@klient.example', false, 'ewa@klient.example'],
    ['pomoc@uni.example', ['ewa@klient.example'], 'www@uni.example', true, 'ewa@klient.example'],
    ['pomoc@uni.example', ['victim@third.example'], 'pomoc@uni.example', false, 'envelope-differs'],
    ['pomoc@uni.example', [], 'pomoc@uni.example', true, 'own-address'],
    ['', [], '', true, 'no-valid-address'],
  ])('%s, Reply-To %j, envelope <%s>, proven %s → %s', (sender, replyTo, envelopeFrom, proven, expected) => {
    const where = whereProgramsWrite({ from: sender, replyTo: replyTo.map((address) => ({ address })), envelopeFrom, proven, isOurs })
    expect(where.address ?? where.rule).toBe(expected)
  })

  it('what is not believed is told', () =>
    expect(whereProgramsWrite({ from, replyTo: [{ address: 'v@t.example' }], envelopeFrom: from, proven: false, isOurs })).toEqual({
      address: from,
      passedOver: 'v@t.example',
    }))

  it('proven is who stands for the mail, not who is merely known', () => {
    expect(isProven({ assurance: 'confirmed', rule: 'vouched-by-relay' })).toBe(true)
    expect(isProven({ assurance: 'unverified', rule: 'proven-but-unknown' })).toBe(true)
    expect(isProven({ assurance: 'address', rule: 'nothing-proves' })).toBe(false)
    expect(isProven({ assurance: null, rule: 'senders-not-checked' })).toBe(false)
  })
})
