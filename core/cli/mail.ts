/** Owns the commands of mail: what would become of one, without doing it, and taking those that lie in a folder. */
import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import type { Command } from 'commander'
import type { Host } from '../kernel/contract.ts'
import { BootError, reasonOf } from '../machine/boot-error.ts'
import { COMMAND_LINE_LANGUAGE } from '../i18n/languages.ts'
import { destinationOf, readAddressBook } from '../mail/addresses.ts'
import { mailTexts, type MailKey } from '../mail/mail-texts.ts'
import { parseMail, stopParsing } from '../mail/reading/parse.ts'
import { takeMails, type Taken } from '../mail/inbound/take.ts'
import { likelyEnvelope, type TriedMail } from '../mail/inbound/try-mail.ts'
import { listAllQueues } from '../queue/queue-admin.ts'
import { say } from './open.ts'
import { withProgram } from './with-program.ts'

interface Options {
  from?: string
  to?: string
  peer?: string
  json: boolean
}

export function mailCommands(program: Command): void {
  const mail = program.command('mail').description('what becomes of mail')

  takeCommand(mail)

  mail
    .command('try')
    .argument('<file>', 'the mail as it came (.eml); - reads it from standard input')
    .description('run a mail through the whole order and tell result and reasons; nothing is stored or sent')
    .option('--from <address>', 'sender of the envelope; "" is the null return path (default: From)')
    .option('--to <address>', 'recipient of the envelope (default: the first of our addresses in To and Cc)')
    .option('--peer <address>', 'IP address of the server that hands it to us, such as the campus MX', '')
    .option('--json', 'write the result as JSON', false)
    .action(async (file: string, options: Options) => {
      const raw = await (file === '-' ? buffer(process.stdin) : readFile(file)).catch((error: unknown) => {
        throw new BootError(`The mail ${file} cannot be read: ${reasonOf(error)}.`)
      })
      await withProgram(async ({ kernel: { host } }) => {
        const book = await readAddressBook(host.db, host.config)
        const head = await parseMail(raw, 'headers').catch(() => ({ from: [], to: [], cc: [] }))
        const likely = likelyEnvelope(head, (address) => destinationOf(book, address) !== undefined, host.config.mailAddress)
        const envelope = { from: options.from ?? likely.from, to: options.to ?? likely.to, peerAddress: options.peer ?? '' }
        const tried = await host.tryMail(raw, envelope)
        if (options.json) return say(JSON.stringify({ envelope, ...tried }, undefined, 2))
        const queues = await listAllQueues(host.db)
        for (const line of report(tried, (id) => queues.find((queue) => queue.id === id)?.name ?? id)) say(line)
      }).finally(stopParsing)
    })
}

const WHY_NOT = { empty: 'is empty', 'too-large': 'is larger than a mail may be (smtp.maxSizeKb)' } as const

function takeCommand(mail: Command): void {
  mail
    .command('take')
    .argument('<folder>', 'mails as files (.eml), or a Maildir')
    .description('take mails that lie in a folder, as if they were delivered now: a last fetch of a mailbox, for example')
    .action(async (folder: string) => {
      await withProgram(async ({ kernel: { host } }) => {
        const count = { taken: 0, had: 0, not: 0 }
        for await (const one of readFolder(host, folder)) {
          if ('to' in one) count[one.became]++
          else {
            count.not++
            say(`${one.file} ${WHY_NOT[one.became]}: it was not taken.`)
          }
        }
        say(`${count.taken} taken, ${count.had} were here already, ${count.not} not taken. They become tickets while pomoc runs.`)
        if (count.not > 0) throw new BootError('Not every mail was taken: see above.')
      }).finally(stopParsing)
    })
}

async function* readFolder(host: Host, folder: string): AsyncGenerator<Taken> {
  try {
    yield* takeMails(host, folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    throw new BootError(`The folder ${folder} cannot be read: ${reasonOf(error)}.`)
  }
}

const t = mailTexts.in(COMMAND_LINE_LANGUAGE)
const words = (kind: 'outcome' | 'step' | 'rule', name: string): string => {
  const key = `mail.${kind}.${name}`
  return key in mailTexts.pl ? t(key as MailKey) : name
}

/** The result first, then every question with its answer, then what would be sent. */
function* report(tried: TriedMail, queueName: (id: string) => string): Generator<string> {
  yield `Result: ${tried.outcome}, ${words('outcome', tried.outcome)}`
  const { ticket } = tried
  if (ticket) {
    yield `Ticket: ${ticket.number ?? 'a new one'}, “${ticket.title}”`
    yield `        queue ${ticket.queue}, ${ticket.state}, ${ticket.priority}, customer ${ticket.customer ?? 'nobody'}, owner ${ticket.owner ?? 'nobody'}`
    if (tried.visible === false) yield '        The customer does not see the message.'
  }
  yield ''
  for (const { step, decided, rule, detail } of tried.reasons) {
    yield `${words('step', step)} ${step === 'destination' ? queueName(decided) : decided}`
    yield `        ${words('rule', rule)}${detail ? ` (${detail})` : ''}`
  }
  for (const { kind, to, subject, body } of tried.sent) {
    yield ''
    yield `Would be sent (${kind}) to ${to}: ${subject}`
    for (const line of body.trimEnd().split('\n')) yield `        ${line}`
  }
  yield ''
  yield 'Nothing was stored or sent.'
}
