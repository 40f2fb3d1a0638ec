import { createTransport } from 'nodemailer'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startMailSink } from './mail-sink.ts'
import type { MailSink } from './mail-sink.ts'

let sink: MailSink
beforeAll(async () => {
  sink = await startMailSink()
})
afterAll(() => sink.stop())

const send = (subject: string) =>
  createTransport(sink.url).sendMail({ from: 'a@example.edu', to: 'b@example.edu', subject, text: 'Zażółć' })

test('a mail is kept as it came, with its envelope', async () => {
  const waited = sink.waitFor((mail) => mail.parsed.subject === 'Gęś')
  await send('Gęś')
  expect(await waited).toMatchObject({ from: 'a@example.edu', to: ['b@example.edu'] })
})

test('a refusal gives its code at its command, until it is taken back', async () => {
  sink.refusal = { at: 'data', code: 450, text: 'later' }
  await expect(send('x')).rejects.toMatchObject({ responseCode: 450 })
  sink.refusal = undefined
  await send('x')
  expect(sink.mails.filter((mail) => mail.parsed.subject === 'x')).toHaveLength(1)
})

test('waiting in vain names what is there', async () => {
  await expect(sink.waitFor(() => false, 1)).rejects.toThrow(/there are:\n  b@example.edu: /)
})
