/** Owns the command `check`: looks at a source, says what would become of it, and writes what is to be decided. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BootError, COMMAND_LINE_LANGUAGE, listUnits, reasonOf, type Host, type PluginCommand } from '../../../core/index.ts'
import { judge, metBy, PARTS, type Line, type Target } from '../check/check.ts'
import { readFacts, type SourceFacts } from '../check/facts.ts'
import { proposeLocal } from '../check/local-config.ts'
import type { Meeting } from '../check/people.ts'
import { articleBytes, freeBytes } from '../check/space.ts'
import { countTickets, personsByLogin } from '../check/target.store.ts'
import { knownNames } from '../mapping/known.ts'
import { writeMapping, type Proposal } from '../mapping/mapping-file.ts'
import { demandMapping, openNamed, readOptions, SOURCE_WORDS, typedPath, type Options } from '../options.ts'
import type { Source } from '../source/source.ts'
import { texts } from '../words.ts'

const say = texts.in(COMMAND_LINE_LANGUAGE)
const MARKS: Record<Line['verdict'], string> = { ok: 'ok    ', told: 'note  ', decide: 'DECIDE', bad: 'FAIL  ' }
export const [MAPPING_FILE, LOCAL_FILE] = ['otrs-mapping.yaml', 'otrs-local.ts']

export const check: PluginCommand = {
  summary: `looks at an OTRS, Znuny or OTOBO: what comes, what is kept, what is to be decided, how long it takes; writes a mapping file into --out DIR; ${SOURCE_WORDS}`,
  arguments: '[options...]',
  async run(args, host, line) {
    const options = readOptions(args, { out: { type: 'string' } })
    const source = await openNamed(options)
    try {
      const { lines } = await checkSource(source, host, options, line)
      if (lines.some(({ verdict }) => verdict === 'bad')) throw new BootError(say('check.bad'))
    } finally {
      await source.close()
    }
  },
}

async function checkSource(source: Source, host: Host, options: Options, line: (text: string) => void): Promise<{ lines: Line[] }> {
  const facts = await readFacts(source)
  const target: Target = {
    persons: await personsByLogin(host.db),
    freeBytes: host.config.databaseUrl === undefined ? await freeBytes(host.config.dataDir) : undefined,
    fileBytes: options.address.articleDir ? await articleBytes(options.address.articleDir) : 0,
    tickets: await countTickets(host.db),
  }
  const { lines, meeting } = judge(source, facts, target)
  for (const part of PARTS) {
    const own = lines.filter((one) => one.part === part)
    if (own.length === 0) continue
    line(say(`check.part.${part}`))
    for (const { verdict, key, params } of own) line(`  ${MARKS[verdict]} ${say(`check.${key}`, params)}`)
  }
  const units = (await listUnits(host.db)).map(({ slug, name }) => ({ slug, name }))
  if (options.mappingFile !== undefined) {
    demandMapping(options, await knownNames(host, facts))
    line(say('check.mapping.right', { file: options.mappingFile }))
  }
  const out = typedPath(typeof options.own['out'] === 'string' ? options.own['out'] : '.')
  const local = proposeLocal((name) => source.setting(name), facts.settings, source.label)
  write(
    join(out, MAPPING_FILE),
    writeMapping(proposal(source, facts, target, meeting, units), (key, params) => say(key, params)),
    line,
  )
  write(join(out, LOCAL_FILE), local.text, line)
  if (local.unused.length > 0) line(say('check.settings.unused', { count: local.unused.length, names: local.unused.join(', ') }))
  return { lines }
}

/** What an administrator has written into is theirs. */
function write(file: string, text: string, line: (text: string) => void): void {
  if (existsSync(file)) {
    line(say('check.file.there', { file }))
    return
  }
  try {
    writeFileSync(file, text, { flag: 'wx' })
  } catch (error) {
    throw new BootError(say('check.file.failed', { file, reason: reasonOf(error) }))
  }
  line(say('check.file.written', { file }))
}

function proposal(source: Source, facts: SourceFacts, target: Target, meeting: Meeting, units: Proposal['units']): Proposal {
  return {
    of: source.label,
    queues: facts.queues,
    groups: facts.groups,
    units,
    ours: metBy(facts, target).map((login) => ({ login, local: target.persons.get(login)!.local })),
    sameLogin: meeting.ask,
    addresses: meeting.doubled,
    customerGroups: source.setting('CustomerGroupSupport') === '1',
    calendars: facts.calendars,
  }
}
