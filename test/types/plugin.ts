/** Owns what must not compile of a plugin's words, settings and the rest of the contract. Nothing here runs. */
import { choice, defineTexts, definePlugin, integer, type Plugin } from 'pomoc'

export const texts = defineTexts({ 'settings.many': 'Ile', 'count': { one: '{count} raz', few: '{count} razy', many: '{count} razy', other: '{count} razu' } }, {
  'settings.many': 'How many', 'count': { one: '{count} time', other: '{count} times' },
})
// @ts-expect-error a key that is missing in English
export const half = defineTexts({ 'settings.many': 'Ile', 'title': 'Tytuł' }, { 'settings.many': 'How many' })
// @ts-expect-error no such key
export const lost: string = texts.in('pl')('settings.much')

// @ts-expect-error a setting has a label
export const nameless = integer()
// @ts-expect-error a fallback that is no choice
export const other = choice('tone', ['mild', 'strict'], 'loud')

export const settled = definePlugin({
  name: 'settled', api: 1, scope: 'unit', texts,
  settings: { many: integer('settings.many', 3) },
  jobs: {
    'settled/count': {
      async run(_payload, host) {
        const { many } = await host.settings()
        // @ts-expect-error a number
        const text: string = many
        // @ts-expect-error no such setting
        void [text, (await host.settings()).few]
      },
    },
  },
})

// @ts-expect-error where it is switched on must be said
export const unscoped: Plugin = { name: 'unscoped', api: 1 }
// @ts-expect-error written for another contract
export const future: Plugin = { name: 'future', api: 2, scope: 'unit' }
export const guarding: Plugin = {
  name: 'guarding', api: 1, scope: 'unit',
  guards: {
    // @ts-expect-error what happens when it fails must be said
    'ticket.move': { check: async () => undefined },
    // @ts-expect-error it refuses with a reason, a key of its texts
    'ticket.create': { onFault: 'allow', check: async () => ({ refuse: true }) },
  },
}
