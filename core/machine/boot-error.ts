/** Owns the error that an operator sees: one sentence which says what is wrong and what to do. */

/**
 * Thrown while pomoc starts, or by a command, for a fault that the operator can put right.
 * The message is the one whole sentence printed; the program ends with exit code 1 and no stack trace.
 */
export class BootError extends Error {
  override readonly name = 'BootError'
  /** Sentences of further faults of the same kind, which `check-config` tells too. */
  readonly more: readonly string[]

  constructor(message: string, more: readonly string[] = []) {
    super(message)
    this.more = more
  }
}

/** What a caught value says in one line, for the second half of a sentence. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message || (error as NodeJS.ErrnoException).code || error.name : String(error)
  return text.replace(/\s+/g, ' ').trim().replace(/\.$/, '')
}

/** The code of a system or PostgreSQL error (ENOENT, 57P03, …), or '' where the value has none. */
export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : ''
}
