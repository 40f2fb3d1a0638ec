/** Owns the command `rules`: makes rules of ours of the notifications, ACLs and jobs that a run kept. */
import { COMMAND_LINE_LANGUAGE, type PluginCommand } from '../../../core/index.ts'
import { turnIntoRules } from '../rules.ts'
import { texts } from '../words.ts'

const say = texts.in(COMMAND_LINE_LANGUAGE)

export const rules: PluginCommand = {
  summary: 'makes rules of pomoc of the notifications, ACLs and jobs that a run kept; all of them off until somebody has looked at them',
  async run(_args, host, line) {
    const turned = await turnIntoRules(host)
    for (const { name, kind, plugin, id, lost } of turned)
      line(
        `${kind} “${name}”: ${id === null ? say('rules.none') : `${plugin} ${id}`}${lost.length > 0 ? ` – ${say('rules.lost', { count: lost.length })}` : ''}`,
      )
    line(say('rules.turned', { count: turned.filter(({ id }) => id !== null).length }))
  },
}
