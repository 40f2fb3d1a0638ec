/** Owns every error code of core: its HTTP status; its words stand in i18n under 'error.<code>'. */

export const ERRORS = {
  'not-found': 404,
  'not-allowed': 403,
  'login-needed': 401,
  'login-failed': 422,
  'login-too-many': 429,
  'login-guarded': 429,
  'login-unavailable': 503,
  'login-expired': 422,
  'code-wrong': 422,
  'second-factor-needed': 403,
  'second-factor-demanded': 422,
  'link-expired': 422,
  csrf: 403,
  'cookies-needed': 403,
  'too-large': 413,
  'too-many-parts': 413,
  'too-many-streams': 429,
  unreadable: 400,
  input: 422,
  'api.unknown-caller': 401,
  'api.not-json': 400,
  conflict: 409,
  'audit.no-way-back': 422,
  'audit.changed-since': 409,
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
  'ticket.person-in-already': 422,
  'ticket.address-invited': 422,
  'ticket.invitations-too-many': 429,
  'ticket.too-many': 429,
  'article.empty': 422,
  'article.too-many-files': 422,
  'article.sender-unknown': 422,
  'article.no-mail': 422,
  'article.not-mailed': 422,
  'absence.date': 422,
  'absence.order': 422,
  'absence.past': 422,
  'absence.substitute': 422,
  'person.login-taken': 422,
  'person.address-taken': 422,
  'person.address-invalid': 422,
  'person.unknown': 422,
  'person.address-is-ours': 422,
  'person.no-address': 422,
  'person.admin-needs-hat': 422,
  'person.held': 422,
  'person.has-open-tickets': 422,
  'person.erase-self': 422,
  'password.too-short': 422,
  'queue.name-taken': 422,
  'queue.in-use': 422,
  'queue.name-invalid': 422,
  'queue.name-too-long': 422,
  'queue.below-itself': 422,
  'queue.has-addresses': 422,
  'queue.has-children': 422,
  'queue.parent-off': 422,
  'address.taken': 422,
  'address.queue-off': 422,
  'calendar.invalid': 422,
  'calendar.name-taken': 422,
  'calendar.in-use': 422,
  'calendar.default-stays': 422,
  'admin.last': 422,
  'group.name-taken': 422,
  'group.admin-stays': 422,
  'group.in-use': 422,
  'role.name-taken': 422,
  'right.unknown': 422,
  'unit.slug-invalid': 422,
  'unit.slug-taken': 422,
  'unit.below-itself': 422,
  'unit.in-use': 422,
  'unit.parent-off': 422,
  'unit.root-stays': 422,
  'right.not-held': 422,
  'unit.limit': 422,
  'unit.hat-central': 422,
  'unit.opted-in': 409,
  'unit.not-opted-in': 409,
  'brand.colour': 422,
  'brand.no-colour': 422,
  'brand.logo': 422,
  'text.name-taken': 422,
  'text.needs-language': 422,
  'text.in-use': 422,
  'text.other-type': 422,
  'text.unknown-tag': 422,
  'mail.not-waiting': 409,
  'mail.not-failed': 409,
  'filter.name-taken': 422,
  'filter.needs-match': 422,
  'filter.needs-set': 422,
  'filter.key-invalid': 422,
  'filter.pattern-invalid': 422,
  'filter.sets-otrs-only': 422,
  'filter.sets-what-is-not-there': 422,
  'part.name-taken': 422,
  'part.in-use': 422,
  'mail.needs-reason': 422,
  required: 422,
  'choice-gone': 422,
  'too-long': 422,
  'undo.too-late': 409,
  'plugin.refused': 422,
  'plugin.silent': 503,
  unavailable: 503,
  internal: 500,
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
