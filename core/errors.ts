/** Owns every error code of core: its HTTP status; its words stand in i18n under 'error.<code>'. */

export const ERRORS = {
  'not-found': 404,
  'not-allowed': 403,
  'login-needed': 401,
  'login-failed': 422,
  'login-too-many': 429,
  'link-expired': 422,
  'csrf': 403,
  'too-large': 413,
  'input': 422,
  'conflict': 409,
  'ticket.merged-is-final': 422,
  'ticket.removed-needs-set-state': 422,
  'ticket.merge-needs-target': 422,
  'ticket.lock-needs-owner': 422,
  'ticket.locked-by-other': 409,
  'ticket.pending-needs-date': 422,
  'ticket.pending-in-past': 422,
  'ticket.state-unknown': 422,
  'ticket.queue-unknown': 422,
  'ticket.owner-unfit': 422,
  'ticket.nobody-to-answer': 422,
  'ticket.closed-for-customer': 422,
  'article.empty': 422,
  'article.too-many-files': 422,
  'person.login-taken': 422,
  'person.address-taken': 422,
  'person.address-invalid': 422,
  'person.unknown': 422,
  'password.too-short': 422,
  'queue.name-taken': 422,
  'queue.in-use': 422,
  'address.taken': 422,
  'calendar.invalid': 422,
  'text.unknown-tag': 422,
  'undo.too-late': 409,
  'plugin.refused': 422,
  'unavailable': 503,
  'internal': 500,
} as const

export type ErrorCode = keyof typeof ERRORS
export type ErrorParams = Record<string, string | number>

/** An act that a rule forbids. Expected; shown to the person as a sentence, never as a fault. */
export class Refusal extends Error {
  readonly code: ErrorCode
  readonly status: number
  readonly params: ErrorParams
  /** Name of the form field it belongs to, when there is one. */
  readonly field: string | undefined
  constructor(code: ErrorCode, params: ErrorParams = {}, field?: string) {
    super(code)
    this.name = 'Refusal'
    this.code = code
    this.status = ERRORS[code]
    this.params = params
    this.field = field
  }
}

/** Makes the refusal to throw where the rule is: `throw refused('ticket.locked-by-other', { who })`. */
export function refused(code: ErrorCode, params?: ErrorParams, field?: string): Refusal {
  return new Refusal(code, params, field)
}
