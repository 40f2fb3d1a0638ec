/** Owns how deep HTML nests, asked before it is read: readers take time by the square of that, and their stack has an end. */
import { Tokenizer, type TokenizerCallbacks } from 'htmlparser2'

/** Mail programs that answer each other for a year reach some hundred. */
const DEEPEST = 3000
/** Elements without an end tag (HTML, 13.1.2). */
const VOID = new Set(['area', 'base', 'br', 'col', 'embed', 'hr', 'img', 'input', 'link', 'meta', 'param', 'source', 'track', 'wbr'])
/** One that follows ends the one before it (13.1.2.4), so that many in a row are no depth. */
const ENDED_BY_NEXT = new Set(['p', 'li', 'dt', 'dd', 'option', 'tr', 'td', 'th', 'tbody'])
const BREAKS = new Set(['br', 'p', 'div', 'li', 'tr', 'blockquote', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'table', 'pre', 'hr'])
/** An end tag that closes nothing among so many of the last is passed by. */
const LOOK_BACK = 100

/** Linear in the text. */
export function nestsTooDeep(html: string): boolean {
  const open: string[] = []
  let named = ''
  const tokenizer = new Tokenizer(
    { decodeEntities: false },
    {
      ...QUIET,
      onopentagname: (from, to) => {
        named = html.slice(from, to).toLowerCase()
      },
      onopentagend: () => {
        if (VOID.has(named) || (ENDED_BY_NEXT.has(named) && open.at(-1) === named)) return
        if (open.push(named) > DEEPEST) tokenizer.pause()
      },
      onclosetag: (from, to) => {
        const name = html.slice(from, to).toLowerCase()
        for (let at = open.length - 1; at >= Math.max(0, open.length - LOOK_BACK); at--) {
          if (open[at] !== name) continue
          open.length = at
          return
        }
      },
    },
  )
  tokenizer.write(html)
  return open.length > DEEPEST
}

/** The words alone, as HTML without any nesting. Linear in the text. */
export function flatHtml(html: string): string {
  let flat = ''
  let hidden = ''
  const tokenizer = new Tokenizer(
    { decodeEntities: false },
    {
      ...QUIET,
      ontext: (from, to) => {
        if (hidden === '') flat += html.slice(from, to).replaceAll('<', '&lt;').replaceAll('>', '&gt;')
      },
      onopentagname: (from, to) => {
        const name = html.slice(from, to).toLowerCase()
        if (name === 'script' || name === 'style') hidden = name
        if (BREAKS.has(name)) flat += '<br>'
      },
      onclosetag: (from, to) => {
        if (html.slice(from, to).toLowerCase() === hidden) hidden = ''
      },
    },
  )
  tokenizer.write(html)
  tokenizer.end()
  return flat
}

const nothing = () => {}
const QUIET: TokenizerCallbacks = {
  onattribdata: nothing,
  onattribentity: nothing,
  onattribend: nothing,
  onattribname: nothing,
  oncdata: nothing,
  onclosetag: nothing,
  oncomment: nothing,
  ondeclaration: nothing,
  onend: nothing,
  onopentagend: nothing,
  onopentagname: nothing,
  onprocessinginstruction: nothing,
  onselfclosingtag: nothing,
  ontext: nothing,
  ontextentity: nothing,
}
