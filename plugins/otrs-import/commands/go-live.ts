/** Owns the commands at the end of a take-over: the checklist with its switch, and the way back. */
import { BootError, COMMAND_LINE_LANGUAGE, system, type PluginCommand } from '../../../core/index.ts'
import { goLive as letGo, readChecklist } from '../golive/golive.ts'
import { sayItem } from '../golive/say.ts'
import { typedPath } from '../options.ts'
import { writeBack } from '../wayback/wayback.ts'
import { texts } from '../words.ts'

const say = texts.in(COMMAND_LINE_LANGUAGE)
const sayMoment = (at: Date): string => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`
const USAGE = 'Write: npm run pomoc -- otrs-import go-live [--now [--anyway]].'

export const goLive: PluginCommand = {
  summary:
    'says what is done before going live and what will happen then; --now lets the clock go, --now --anyway although something is open',
  arguments: '[options...]',
  async run(args, host, line) {
    if (args.some((word) => word !== '--now' && word !== '--anyway') || (args.includes('--anyway') && !args.includes('--now')))
      throw new BootError(USAGE)
    const list = await readChecklist(host)
    if (list.live) return line(say('live.already', { when: sayMoment(list.live) }))
    for (const item of list.items) {
      const what = item.said ? `${item.said.by ?? '–'}, ${sayMoment(item.said.at)}` : sayItem(say, item, list, host.config, sayMoment)
      line(`${item.done ? 'ok  ' : 'open'} ${say(`item.${item.name}`)}: ${what}`)
    }
    if (!list.run) throw new BootError(say('live.refused.run'))
    const { people, mails, facts } = await host.foretell()
    line('')
    line(say('live.next'))
    line(`  ${people === 0 ? say('live.people.none') : say('live.people', { count: people })}`)
    for (const [kind, count] of Object.entries(mails)) line(`  ${String(count).padStart(8)} mail: ${kind}`)
    for (const [name, count] of Object.entries(facts)) line(`  ${String(count).padStart(8)} ${name}`)
    if (!args.includes('--now')) return
    const { open } = await letGo(host, system('otrs-import'), { anyway: args.includes('--anyway') })
    if (open.length > 0) throw new BootError(say(open.includes('run') ? 'live.refused.run' : 'live.refused'))
    line(say('live.went'))
  },
}

export const wayBack: PluginCommand = {
  summary: 'writes all mail since going live into a folder, as .eml for the postmaster of the system before',
  arguments: '<folder>',
  async run(args, host, line) {
    const [folder, more] = args
    if (folder === undefined || more !== undefined || folder.startsWith('-'))
      throw new BootError('Write: npm run pomoc -- otrs-import way-back FOLDER, a folder that is empty or not there yet.')
    const { came, left, missing, others } = await writeBack(host, typedPath(folder))
    line(`${came} mails that came and ${left} that left are written; READ-ME.txt beside them says how they are read in.`)
    for (const { kind, id, at, subject } of missing) line(`not kept any more: ${kind} ${id}, ${sayMoment(at)}, “${subject}”`)
    if (others > 0) line(`${others} messages are no mail (written on the portal, as a note, on the telephone) and stay here.`)
  },
}
