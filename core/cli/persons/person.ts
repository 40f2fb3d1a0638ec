/** Owns the command person: what is kept of somebody, handed over or erased. */
import { createWriteStream } from 'node:fs'
import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Command } from 'commander'
import { counted } from '../../machine/counted.ts'
import { BootError, reasonOf } from '../../machine/boot-error.ts'
import { Refusal } from '../../errors.ts'
import { coreTexts } from '../../i18n/core-texts.ts'
import { COMMAND_LINE_LANGUAGE } from '../../i18n/languages.ts'
import { runWork } from '../../kernel/work.ts'
import { system } from '../../kernel/actor.ts'
import { aboutErasure } from '../../privacy/about.ts'
import { erasePerson, type Erased } from '../../privacy/erase.ts'
import { exportPerson } from '../../privacy/export.ts'
import { flat } from '../../privacy/job.ts'
import { askLine, isAnswered } from './ask.ts'
import { say, withDatabase, type Room } from '../open.ts'
import { showProgress } from '../progress.ts'
import { demandOne, sayWho, WHO } from './who.ts'

export function personCommand(program: Command): void {
  const person = program.command('person').description('what is kept of a person')

  person
    .command('export')
    .argument('<who>', WHO)
    .argument('<file>', 'a new file, such as kowalski.tar')
    .description('write everything that is kept of a person to a file')
    .action((who: string, file: string) =>
      withDatabase({}, async (room) => {
        const { id } = await demandOne(room, who)
        const path = resolve(file)
        if (!path.endsWith('.tar')) throw new BootError(`${path} will be an archive of files: give it a name that ends in .tar.`)
        const archive = Readable.fromWeb(
          (await exportPerson(room.database.db, id, new Date(), room.plugins)) as import('node:stream/web').ReadableStream,
        )
        // Opened in the moment in which somebody listens for its faults.
        await pipeline(archive, createWriteStream(path, { flags: 'wx', mode: 0o600 })).catch((error: unknown) => {
          throw new BootError(
            `${path} cannot be written (${reasonOf(error)}): name a file that is not there yet, in a folder you may write to.`,
          )
        })
        say(`Written to ${path}.`)
      }),
    )

  person
    .command('erase')
    .argument('<who>', WHO)
    .option('--dry-run', 'only tell what would go', false)
    .option('--yes', 'do not ask', false)
    .description('erase a person, after a question: names, addresses and files go, tickets stay for the figures')
    .action((who: string, { dryRun, yes }: { dryRun: boolean; yes: boolean }) =>
      withDatabase({}, async (room) => {
        const { id } = await demandOne(room, who)
        if (!dryRun) await demandConsent(room, id, who, yes)
        const counts = flat(await erase(room, id, dryRun))
        say(
          `${dryRun ? 'This would take' : 'Took'} traces out of ${counts['texts']} texts, ${counts['files']} files and ${counts['rawMails']} mails as they came; ${counts['tickets']} tickets of theirs ${dryRun ? 'would stay' : 'stay'} without them.`,
        )
      }),
    )
}

/** Says whom and what, and goes on only where that was meant. */
async function demandConsent({ database: { db } }: Room, id: string, who: string, yes: boolean): Promise<void> {
  const about = (await aboutErasure(db, id))!
  say(`${sayWho({ ...about, address: about.addresses.join(', ') || null })}`)
  say(
    `had a part in ${counted(about.tickets, 'ticket')} and wrote ${counted(about.articles, 'message')} there, with ${counted(about.files, 'file')}. Names, addresses and files go for good; tickets and texts stay.`,
  )
  if (yes) return
  const again = `“npm run pomoc -- person erase ${who} --yes” erases without asking, “--dry-run” tells what would go.`
  if (!isAnswered()) throw new BootError(`Nobody is here to confirm it, and nothing was erased: ${again}`)
  if ((await askLine(`Type the name to erase it for good: `)).trim() !== about.name)
    throw new BootError(`That is not the name, and nothing was erased: ${again}`)
}

/** A trial does everything, and takes it back. */
async function erase({ database: { db }, config }: Room, id: string, dryRun: boolean): Promise<Erased> {
  const { progress, stop } = showProgress()
  let erased: Erased | undefined
  const room = { db, config, clock: () => new Date(), subscribers: () => [] }
  try {
    await runWork(room, system('command line'), async (work) => {
      erased = await erasePerson(work, id, progress)
      if (dryRun) throw new TakenBack()
    })
  } catch (error) {
    if (error instanceof Refusal) throw new BootError(coreTexts.in(COMMAND_LINE_LANGUAGE)(`error.${error.code}`, error.params))
    if (!(error instanceof TakenBack)) throw error
  } finally {
    stop()
  }
  return erased!
}

class TakenBack extends Error {}
