/** Owns which addresses outside are told, and why not: one mail for a customer or participant, one for all addresses of a message, one for each that the rule names. */
import type { Id } from '../../core/index.ts'
import type { Outcome } from './outcomes.ts'
import type { RecipientKind } from './rule.ts'

/** Somebody outside as a kind of recipients finds them: together in one mail. */
export interface Found {
  kind: RecipientKind | 'addresses'
  to: readonly { address: string; personId: Id | null }[]
  /** Why the kind tells nobody. */
  why?: { outcome: Outcome; detail: string; personId: Id | null }
}

export interface KnownOutside {
  actorId: Id | null
  selfNotify: boolean
  /** Persons who see the ticket, under either hat. */
  readers: ReadonlySet<Id>
  /** Persons told as agents. */
  told: ReadonlySet<Id>
  canonical(address: string): string
  unfit(address: string): 'own-address' | 'program-address' | undefined
  /** Once a day: canonical addresses that had any notification of the ticket today. */
  toldToday: ReadonlySet<string>
  oncePerDay: boolean
  /** What the editor of a unit's notification may not do here; undefined: anything. */
  forbidden(kind: Found['kind']): boolean
}

export interface OutsideVerdict {
  kind: Found['kind']
  address: string
  personId: Id | null
  outcome: Outcome
  detail: string
}

/** In the order of the kinds. Who has an address first decides by which; addresses that the rule names are told whatever others were (OTRS behaviour). */
export function judgeOutside(found: readonly Found[], known: KnownOutside): OutsideVerdict[] {
  const had = new Set<string>()
  return found.flatMap(({ kind, to, why }): OutsideVerdict[] => {
    if (why) return [{ kind, address: '', ...why }]
    return to.map(({ address, personId }) => {
      const verdict = (outcome: Outcome, detail = ''): OutsideVerdict => ({ kind, address, personId, outcome, detail })
      const key = known.canonical(address)
      if (known.forbidden(kind)) return verdict('editor-may-not')
      const unfit = known.unfit(address)
      if (unfit) return verdict(unfit)
      // OTRS behaviour: a customer is told of what they wrote too, as by a receipt.
      if (kind === 'Participants' && personId === known.actorId && !known.selfNotify) return verdict('actor')
      if (personId !== null && !known.readers.has(personId)) return verdict('no-right')
      if (kind !== 'addresses') {
        if (had.has(key) || (personId !== null && known.told.has(personId))) return verdict('told-already')
        if (known.oncePerDay && personId !== null && known.toldToday.has(key)) return verdict('once-per-day')
        had.add(key)
      }
      return verdict('told')
    })
  })
}

/** Addresses as a rule names them: divided by ';', ',' and blanks, without what is none. */
export const addressesIn = (text: string): string[] => [...new Set(text.split(/[;,\s]+/).filter((part) => part.includes('@')))]
