/** Owns asking plugins whose login and password it is, when pomoc itself does not know: each in its order, each kept apart. */
import { z } from 'zod'
import { isId } from '../database/id.ts'
import type { Id } from '../database/schema.ts'
import { ROOT_UNIT } from '../unit/tree.ts'
import type { Activation } from './activation.ts'
import type { Host } from './contract.ts'
import type { Gate } from './gate.ts'
import type { AnyPlugin } from '../run/load-plugins.ts'
import type { Setting } from './settings/settings.ts'

/** What somebody typed. The login is normalised (small letters, nothing invisible, 250 characters at most), the password is not empty. */
export interface LoginAsked {
  login: string
  password: string
  /** Whose login or address this is here, where it is anybody's; they have no password of pomoc's own, or a directory has it. */
  personId?: Id | undefined
}

/**
 * The person whose login and password these are; 'unknown': there is no such account here; 'refused': there is one and it may
 * not come in like this; 'expired': the password is right but must be changed elsewhere first; 'unavailable': nobody knows now.
 * `adopted`: the password is one of pomoc's own from now on (`adoptPassword`).
 */
export type LoginAnswer = { personId: Id; adopted?: boolean | undefined } | 'unknown' | 'refused' | 'expired' | 'unavailable'

/** A way to log in besides pomoc's own passwords. Asked on every login that they do not settle, outside of any transaction. */
export interface LoginWay<S extends Record<string, Setting> = Record<string, Setting>> {
  /** The lower is asked first; the first that knows the account decides. */
  order: number
  /** It makes or changes the person itself (`takeDirectoryPersons`) before it answers. What it throws counts as 'unavailable'. */
  check(asked: LoginAsked, host: Host<S>): Promise<LoginAnswer>
  /**
   * Whose this login or address is, whether they have ever logged in or not: the person is made before it answers. Undefined: nobody's that
   * it knows. Left out: it cannot look anybody up. `typed` is normalised as a login is.
   */
  find?(typed: string, host: Host<S>): Promise<Id | undefined>
}

export interface Logins {
  /** Does any plugin bring a way to log in? */
  any: boolean
  check(asked: LoginAsked): Promise<LoginAnswer>
  /** Who has this login or address, where any way knows them; one that does not answer knows nobody. */
  find(typed: string): Promise<Id | undefined>
  /** Connections that are for logging in alone; absent: there are none apart. */
  own?: Pick<Host, 'db' | 'work'>
}

const answer = z.union([
  z.strictObject({ personId: z.custom<Id>(isId), adopted: z.boolean().optional() }),
  z.enum(['unknown', 'refused', 'expired', 'unavailable']),
])

const found = z.custom<Id>(isId).optional()

export function makeLogins(room: {
  plugins: readonly AnyPlugin[]
  gate: Gate
  activation: Activation
  hostOf(plugin: AnyPlugin): Host
  own?: Pick<Host, 'db' | 'work'>
}): Logins {
  const ways = room.plugins
    .flatMap((plugin) => Object.entries((plugin.logins ?? {}) as Record<string, LoginWay>).map(([name, way]) => ({ plugin, name, way })))
    .toSorted((a, b) => a.way.order - b.way.order)
  return {
    any: ways.length > 0,
    ...(room.own ? { own: room.own } : {}),
    async check(asked) {
      let unavailable = false
      for (const { plugin, name, way } of ways) {
        // Suspended or switched off: whoever has no other password cannot be known now.
        const said = (await room.activation.active(plugin.name, ROOT_UNIT))
          ? await room.gate
              .call({ plugin: plugin.name, kind: 'login', name, unitId: null }, async () =>
                answer.parse(await way.check({ ...asked }, room.hostOf(plugin))),
              )
              .catch(() => 'unavailable' as const)
          : 'unavailable'
        if (said === 'unavailable') unavailable = true
        else if (said !== 'unknown') return said
      }
      return unavailable ? 'unavailable' : 'unknown'
    },
    async find(typed) {
      for (const { plugin, name, way } of ways) {
        if (!way.find || !(await room.activation.active(plugin.name, ROOT_UNIT))) continue
        const id = await room.gate
          .call({ plugin: plugin.name, kind: 'login', name, unitId: null }, async () =>
            found.parse(await way.find!(typed, room.hostOf(plugin))),
          )
          .catch(() => undefined)
        if (id !== undefined) return id
      }
      return undefined
    },
  }
}
