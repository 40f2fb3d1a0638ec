/** Owns what a command asks of whoever typed it: a line, or a secret that the terminal does not show. */
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { BootError } from '../../machine/boot-error.ts'

/** Does somebody sit there who can answer? */
export const isAnswered = (): boolean => process.stdin.isTTY === true

/** The line typed after the question; '' where nothing comes. The question goes to standard error. */
export function askLine(question: string): Promise<string> {
  return readLine(question, process.stderr)
}

/** A password typed twice without being shown; where no terminal is there, the first line of standard input. */
export async function askNewPassword(who: string): Promise<string> {
  if (!isAnswered()) return readLine('', undefined)
  const [one, other] = [await hidden(`New password for ${who}: `), await hidden('Once more: ')]
  if (one !== other) throw new BootError('The two differ: nothing was changed. Type the command again.')
  return one
}

async function hidden(question: string): Promise<string> {
  process.stderr.write(question)
  // readline echoes what is typed into its output: this one swallows it.
  const line = await readLine('', new Writable({ write: (_text, _encoding, done) => done() }))
  process.stderr.write('\n')
  return line
}

function readLine(question: string, output: NodeJS.WritableStream | undefined): Promise<string> {
  const lines = createInterface({ input: process.stdin, ...(output ? { output, terminal: isAnswered() } : {}) })
  return new Promise((resolve) => {
    lines.once('close', () => resolve(''))
    lines.once('SIGINT', () => process.exit(1))
    lines.question(question, (line) => {
      resolve(line)
      lines.close()
    })
  })
}
