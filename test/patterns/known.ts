/** Owns what is said of single patterns: why one may be slow, and what those look like that are put together when the program runs. */

/** Work grows faster than the text, and no stranger's text reaches it. By file and the pattern as it stands there. */
export const NO_STRANGERS: readonly { file: string; text: string; why: string }[] = [
  {
    file: 'core/privacy/erase.store.ts',
    text: String.raw`/(^|\.)(kysely_|migration|.*_migration(_lock)?$|blob_chunk$)/`,
    why: 'asked of the names of tables, which migrations give',
  },
  {
    file: 'plugins/demo/knowledge.ts',
    text: String.raw`/\[([^\]]+)\]\([^)]+\)/g`,
    why: "asked of the demo's own texts while it fills itself",
  },
]

/** Patterns made at run time: some as they are made, or why theirs is no stranger's affair. */
export const MADE: readonly { file: string; text: string; examples?: RegExp[]; why?: string }[] = [
  {
    file: 'core/machine/config.ts',
    text: 'new RegExp(`${escaped(pathToFileURL(path).href)}:(\\\\d{1,9})`)',
    examples: [/file:\/\/\/opt\/pomoc\/config\/local\.ts:(\d{1,9})/],
  },
  {
    file: 'core/field/pattern.ts',
    text: "new RegExp(written.slice(start.length), [...new Set(flags)].join(''))",
    why: 'an administrator writes it, and what it is tried by is stopped after a time',
  },
  {
    file: 'core/mail/filters/filter-run.ts',
    text: "new RegExp(source, 'i')",
    why: 'an administrator writes it, and it runs in a thread of its own that is stopped after a time (filter-worker.ts)',
  },
  {
    file: 'core/mail/reading/labels.ts',
    text: 'new RegExp(`^${name}(;(?:"[^"]*"|[^":])*)?:(.*)$`, \'i\')',
    examples: [/^summary(;(?:"[^"]*"|[^":])*)?:(.*)$/i, /^dtstart(;(?:"[^"]*"|[^":])*)?:(.*)$/i],
  },
  {
    file: 'core/ticket/number.ts',
    text: "new RegExp(`${hook}${literal(settings.divider)}(${number})`, 'giu')",
    examples: [/Ticket#(\d{8}10\d{4,40})/giu, /Ticket#(\d{8}10\d{1,40})/giu, /Ticket#(10\d{5,10})/giu, /(\d{8}\d{4,40})/giu],
  },
  {
    file: 'core/ticket/number.ts',
    text: "new RegExp(`${hook}:\\\\s{0,2}(${number})`, 'giu')",
    examples: [/Ticket#:\s{0,2}(\d{8}10\d{4,40})/giu, /Ticket#:\s{0,2}(10\d{2,20})/giu],
  },
  {
    file: 'core/ticket/number.ts',
    text: "new RegExp(`${literal(word)}\\\\s{0,2}${literal(mark)}\\\\s{0,2}${literal(settings.divider)}:?\\\\s{0,2}(${number})`, 'giu')",
    examples: [/Ticket\s{0,2}#\s{0,2}:?\s{0,2}(\d{8}10\d{4,40})/giu, /Ticket\s{0,2}#\s{0,2}:?\s{0,2}(10\d{2,20})/giu],
  },
  {
    file: 'core/ticket/number.ts',
    text: "new RegExp(`(?<!\\\\d)\\\\d{8}${literal(settings.systemId)}\\\\d{6,12}(?!\\\\d)`, 'gu')",
    examples: [/(?<!\d)\d{8}10\d{6,12}(?!\d)/gu],
  },
  {
    file: 'core/ticket/subject.ts',
    text: "new RegExp(`\\\\[\\\\s*${form}\\\\s*\\\\]\\\\s*`, 'giu')",
    examples: [/\[\s*Ticket#: 2026112010000012(?!\d)\s*\]\s*/giu, /\[\s*Ticket#\d+\s*\]\s*/giu],
  },
  {
    file: 'core/ticket/subject.ts',
    text: "new RegExp(`${form}\\\\s*`, 'giu')",
    examples: [/Ticket#2026112010000012(?!\d)\s*/giu, /Ticket#\d+\s*/giu],
  },
  {
    file: 'core/ticket/subject.ts',
    text: "new RegExp(`^(?:(?:${words.join('|')})(?:\\\\[\\\\d+\\\\])?:\\\\s)+`, 'iu')",
    examples: [/^(?:(?:Re|Odp|AW)(?:\[\d+\])?:\s)+/iu],
  },
  {
    file: 'plugins/admin/pages/filters.tsx',
    text: 'new RegExp(`^${kind}\\\\.(\\\\d{1,3})\\\\.(key|value)$`)',
    examples: [/^match\.(\d{1,3})\.(key|value)$/],
  },
]
