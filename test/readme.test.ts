/** What the READMEs tell to type, held against the program: commands and options, and configuration that a start takes. */
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { configFaults } from '../core/cli/check-config.ts'
import { addOwnCommands } from '../core/cli/own-commands.ts'
import { makeProgram } from '../core/cli/program.ts'
import { configSchema } from '../core/machine/config-schema.ts'
import { environmentKeys } from '../core/machine/config.ts'
import { projectDir } from '../core/machine/project.ts'

const plugins = readdirSync(join(projectDir, 'plugins'), { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
)
const PAPERS = [
  'README.md',
  'core/README.md',
  'plugins/README.md',
  'config/samples/README.md',
  ...plugins.map((name) => `plugins/${name}/README.md`),
]
/** A plugin that plugins/README.md makes up, in /srv/care. */
const MADE_UP = 'care'

interface Piece {
  paper: string
  code: string
}

/** Blocks of code, fenced or indented, each without its indentation; and what stands in backticks, on one line each. */
function codeOf(paper: string): { blocks: Piece[]; inline: Piece[] } {
  const lines = readFileSync(join(projectDir, paper), 'utf8').split('\n')
  const blocks: string[][] = []
  const prose: string[] = []
  let fence = false
  let open: string[] | undefined
  for (const [n, line] of lines.entries()) {
    if (line.trimStart().startsWith('```')) {
      fence = !fence
      open = undefined
      if (fence) blocks.push((open = []))
    } else if (fence) open!.push(line)
    else if (open && /^ {4}/.test(line)) open.push(line)
    // An indented block stands after an empty line; what a list goes on with is less deep than its code.
    else if (/^ {4,}\S/.test(line) && lines[n - 1]?.trim() === '' && !line.trimStart().startsWith('|')) blocks.push((open = [line]))
    else {
      open = undefined
      prose.push(line)
    }
  }
  const inline = [...prose.join('\n').matchAll(/`([^`]+)`/g)].map(([, code]) => ({ paper, code: code!.replace(/\s+/g, ' ') }))
  return { blocks: blocks.map((block) => ({ paper, code: outdented(block).join('\n') })), inline }
}

const outdented = (block: readonly string[]): string[] => {
  const deep = /^ */.exec(block[0] ?? '')![0].length
  return block.map((line) => line.slice(Math.min(deep, /^ */.exec(line)![0].length)))
}

const papers = PAPERS.map(codeOf)
const blocks = papers.flatMap((paper) => paper.blocks)
const inline = papers.flatMap((paper) => paper.inline)

describe('commands', () => {
  const program = makeProgram()
  const scripts = (JSON.parse(readFileSync(join(projectDir, 'package.json'), 'utf8')) as { scripts: Record<string, string> }).scripts

  /** What is wrong with a command line, after `npm run pomoc --`; undefined where the program takes it. */
  function faultOf(words: readonly string[]): string | undefined {
    let command: Command = program
    let rest = [...words]
    for (let next: Command | undefined; (next = command.commands.find((one) => one.name() === rest[0])); rest = rest.slice(1))
      command = next
    if (command === program) return `there is no command ${words[0]}`
    // A plugin's command named like the plugin is said once.
    command = command.commands.find((one) => one.name() === command.name()) ?? command
    let given = 0
    for (let n = 0; n < rest.length; n++) {
      const word = rest[n]!
      if (word === '…') continue
      if (!word.startsWith('--')) {
        given++
        continue
      }
      const option = command.options.find(({ long }) => long === word)
      // Options of plugins are their own affair; their one line tells of them.
      if (!option && !command.description().includes(word)) return `${command.name()} knows no ${word}`
      if (option ? option.required || option.optional : new RegExp(`${word} [A-Z]`).test(command.description())) n++
    }
    const takes = command.registeredArguments
    if (!takes.some(({ variadic }) => variadic) && given > takes.length) return `${command.name()} takes no “${rest.join(' ')}”`
    return undefined
  }

  it('each that is named is there, with its options, and is called as it is typed', async () => {
    for (const plugin of plugins) await addOwnCommands(program, [plugin])
    const wrong: string[] = []
    let seen = 0
    const look = (paper: string, line: string, words: readonly string[]) => {
      if (words[0] === MADE_UP) return
      seen++
      const fault = faultOf(words)
      if (fault !== undefined) wrong.push(`${paper}: “${line}”: ${fault}`)
    }
    const shell = blocks.flatMap(({ paper, code }) =>
      code
        .replace(/\\\n/g, ' ')
        .split('\n')
        .map((line) => ({ paper, code: line.trim() })),
    )
    for (const { paper, code } of [...shell, ...inline]) {
      for (const part of code.split(/&&|\|\||;|#| {3,}/).map((one) => one.trim().replace(/^([A-Z_]+=\S*\s+)+/, ''))) {
        const npm = /^npm (?:run )?(?:-s )?([a-z:-]+)(?: -- (.*))?$/.exec(part)
        const words = (npm?.[2] ?? '').split(/\s+/).filter(Boolean)
        if (/^pomoc [a-z-]+/.test(part)) wrong.push(`${paper}: “${part}”: there is no program pomoc; write npm run pomoc --`)
        else if (/^npm run pomoc (?!-- )/.test(part)) wrong.push(`${paper}: “${part}”: what follows “pomoc” must follow “--”`)
        else if (npm && npm[1] !== 'ci') {
          if (!Object.hasOwn(scripts, npm[1]!)) wrong.push(`${paper}: “${part}”: there is no script ${npm[1]}`)
          if (npm[1] === 'pomoc' && words.length > 0) look(paper, part, words)
          if (npm[1] === 'start' || npm[1] === 'demo') look(paper, part, [npm[1], ...words])
        } else if (!npm && program.commands.some((one) => part.startsWith(`${one.name()} `)) && inline.some((one) => one.code === code))
          look(paper, part, part.split(/\s+/))
      }
    }
    expect(wrong).toEqual([])
    expect(seen).toBeGreaterThan(30)
  })

  it('each variable of the environment that is named is read', () => {
    const named = new Set([...blocks, ...inline].flatMap(({ code }) => code.match(/\bPOMOC_[A-Z_]+\b/g) ?? []))
    // Those that only tests and a plugin's command read.
    const others = ['POMOC_OTRS_URL', 'POMOC_TEST_DATABASE_URL', 'POMOC_TEST_PASSWORD']
    expect([...named].filter((name) => !(name in environmentKeys) && !others.includes(name))).toEqual([])
  })
})

describe('configuration', () => {
  const keys = Object.keys(configSchema.shape)
  const begins = new RegExp(`^(?:${keys.join('|')})(?:\\.\\w+)*: `)
  const examples = [
    ...blocks.filter(
      ({ code }) =>
        begins.test(code) ||
        (/^export default \{/m.test(code.replace(/export default definePlugin/g, '')) && code.includes('PartialConfig')),
    ),
    ...inline.filter(({ code }) => begins.test(code) && !code.includes('…')),
  ]
  const moduleOf = (code: string): string => {
    if (code.includes('export default')) return code
    // mail.bounceTags: true is how a sentence says mail: { bounceTags: true }.
    const dotted = /^([\w.]+\.\w+): ([^]*)$/.exec(code)
    if (!dotted) return `export default { ${code} }`
    const [, path, value] = dotted
    return `export default ${path!.split('.').reduceRight((inner, key) => `{ ${key}: ${inner} }`, value!)}`
  }

  it('each paper that shows some is read', () => {
    const counts = Object.groupBy(examples, ({ paper }) => paper)
    expect(Object.keys(counts).toSorted()).toEqual([
      'README.md',
      'config/samples/README.md',
      'plugins/README.md',
      'plugins/ldap-auth/README.md',
      'plugins/smtp-receiver/README.md',
    ])
  })

  it.each(
    examples.map(
      ({ paper, code }) =>
        [
          paper,
          code
            .split('\n')
            .find((line) => begins.test(line.trim()))
            ?.trim() ?? code,
          code,
        ] as const,
    ),
  )('%s: %s', async (_paper, _line, code) => {
    const dir = mkdtempSync(join(tmpdir(), 'pomoc-readme-'))
    try {
      mkdirSync(join(dir, 'config'))
      // Files that stand at the operator's; the plugin that is made up is nowhere.
      const told = code
        .replace(", '/srv/care'", '')
        .replace(/(passwordFile|ca|smarthostCa|tlsKey|tlsCert): '([^']+)'/g, (_all, key: string, path: string) => {
          const file = join(dir, path.replaceAll('/', '_'))
          writeFileSync(file, key === 'passwordFile' ? 'sekret\n' : rootCertificates[0]!)
          return `${key}: ${JSON.stringify(file)}`
        })
      writeFileSync(join(dir, 'config', 'local.ts'), moduleOf(told))
      const { config, faults } = await configFaults({
        dir,
        env: code.includes("'ldap-auth'") ? { POMOC_PLUGINS: 'portal,ldap-auth' } : {},
      })
      expect(faults).toEqual([])
      expect(config).toBeDefined()
    } finally {
      rmSync(dir, { recursive: true })
    }
  })
})
