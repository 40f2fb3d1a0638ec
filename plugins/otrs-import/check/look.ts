/** Owns looking at a source from first to last, for the terminal and the page: what is found, and what is proposed. Changes nothing in it. */
import { listTopics, listUnits, reasonOf, type Host } from '../../../core/index.ts'
import type { Proposal } from '../mapping/mapping-file.ts'
import type { Source } from '../source/source.ts'
import { judge, metBy, type Line, type Target } from './check.ts'
import { beginCheck, endCheck, sayCheckStep } from './check.store.ts'
import { readFacts, type SourceFacts } from './facts.ts'
import { proposeLocal, type LocalProposal } from './local-config.ts'
import { articleBytes, freeBytes } from './space.ts'
import { countTickets, personsByLogin } from './target.store.ts'

export interface Looked {
  lines: Line[]
  facts: SourceFacts
  /** Of which the mapping file is written, in whatever language. */
  proposal: Proposal
  local: LocalProposal
}

/** Options that the next look takes over: places on this machine, and no address, for a password stands in it. */
export interface LookPlaces {
  home?: string | undefined
  articleDir?: string | undefined
  zone?: string | undefined
}

/** Of a look whose process is gone is known after this. */
const LEASE_MS = 60_000

/**
 * Looks, and keeps what was found for the page; how far it is stands there meanwhile. Whoever calls opens the source, and it is closed here. Throws what the source or
 * the database says.
 */
export async function lookAt(host: Host, open: () => Promise<Source>, { home, articleDir, zone }: LookPlaces): Promise<Looked> {
  const until = () => new Date(host.clock().getTime() + LEASE_MS)
  const id = await beginCheck(host.db, { home, articleDir, zone }, host.clock(), until())
  let source: Source | undefined
  try {
    source = await open()
    const looked = await look(host, source, articleDir, (done, of) => sayCheckStep(host.db, id, { done, of }, until()))
    const { lines, proposal, local } = looked
    await endCheck(host.db, id, host.clock(), { found: { source: source.label, lines, proposal, local } })
    return looked
  } catch (error) {
    await endCheck(host.db, id, host.clock(), { problem: reasonOf(error) }).catch(() => {})
    throw error
  } finally {
    await source?.close()
  }
}

async function look(
  host: Host,
  source: Source,
  articleDir: string | undefined,
  said: (done: number, of: number) => Promise<void>,
): Promise<Looked> {
  const facts = await readFacts(source, said)
  const target: Target = {
    persons: await personsByLogin(host.db),
    freeBytes: host.config.databaseUrl === undefined ? await freeBytes(host.config.dataDir) : undefined,
    fileBytes: articleDir ? await articleBytes(articleDir) : 0,
    tickets: await countTickets(host.db),
  }
  const { lines, meeting } = judge(source, facts, target)
  return {
    lines,
    facts,
    proposal: {
      of: source.label,
      queues: facts.queues,
      groups: facts.groups,
      units: (await listUnits(host.db)).map(({ slug, name }) => ({ slug, name })),
      topics: (await listTopics(host.db)).filter(({ valid }) => valid).map(({ slug, name }) => ({ slug, name })),
      states: facts.states.filter(({ name }) => !SEEDED_STATES.has(name)),
      ours: metBy(facts, target).map((login) => ({ login, local: target.persons.get(login)!.local })),
      sameLogin: meeting.ask,
      addresses: meeting.doubled,
      customerGroups: source.setting('CustomerGroupSupport') === '1',
      calendars: facts.calendars,
    },
    local: proposeLocal((name) => source.setting(name), facts.settings, source.label, host.config.plugins),
  }
}

/** Every installation of either begins with these. */
const SEEDED_STATES = new Set([
  'new',
  'closed successful',
  'closed unsuccessful',
  'open',
  'removed',
  'pending reminder',
  'pending auto close+',
  'pending auto close-',
  'merged',
])
