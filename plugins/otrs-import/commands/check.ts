/** Owns the command `check`: looks at a source, says what would become of it, and writes what is to be decided. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BootError, COMMAND_LINE_LANGUAGE, reasonOf, type Host, type PluginCommand } from '../../../core/index.ts'
import { PARTS, type Line } from '../check/check.ts'
import { lookAt, type Looked } from '../check/look.ts'
import { knownNames } from '../mapping/known.ts'
import { writeMapping } from '../mapping/mapping-file.ts'
import { demandMapping, openNamed, readOptions, SOURCE_WORDS, typedPath, type Options } from '../options.ts'
import { texts } from '../words.ts'

const say = texts.in(COMMAND_LINE_LANGUAGE)
const MARKS: Record<Line['verdict'], string> = { ok: 'ok    ', told: 'note  ', decide: 'DECIDE', bad: 'FAIL  ' }
export const [MAPPING_FILE, LOCAL_FILE] = ['otrs-mapping.yaml', 'otrs-local.ts']

export const check: PluginCommand = {
  summary: `looks at an OTRS, Znuny or OTOBO: what comes, what is kept, what is to be decided, how long it takes; writes a mapping file into --out DIR; ${SOURCE_WORDS}`,
  arguments: '[options...]',
  async run(args, host, line) {
    const options = readOptions(args, { out: { type: 'string' } })
    const looked = await lookAt(host, () => openNamed(options), options.address)
    await sayLooked(looked, host, options, line)
    if (looked.lines.some(({ verdict }) => verdict === 'bad')) throw new BootError(say('check.bad'))
  },
}

async function sayLooked(
  { lines, facts, proposal, local }: Looked,
  host: Host,
  options: Options,
  line: (text: string) => void,
): Promise<void> {
  for (const part of PARTS) {
    const own = lines.filter((one) => one.part === part)
    if (own.length === 0) continue
    line(say(`check.part.${part}`))
    for (const { verdict, key, params } of own) line(`  ${MARKS[verdict]} ${say(`check.${key}`, params)}`)
  }
  if (options.mappingFile !== undefined) {
    demandMapping(options, await knownNames(host, facts))
    line(say('check.mapping.right', { file: options.mappingFile }))
  }
  const out = typedPath(typeof options.own['out'] === 'string' ? options.own['out'] : '.')
  write(
    join(out, MAPPING_FILE),
    writeMapping(proposal, (key, params) => say(key, params)),
    line,
  )
  write(join(out, LOCAL_FILE), local.text, line)
  if (local.unused.length > 0) line(say('check.settings.unused', { count: local.unused.length, names: local.unused.join(', ') }))
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
