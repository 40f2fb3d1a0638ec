/** Owns the three ways an administered thing stands: in use, off for now, off (OTRS's valid 1, 3 and 2). */

export type Validity = 'on' | 'for-now' | 'off'

/** As forms and readers have it; "for now" is said only of what is off. */
export interface Valid {
  valid: boolean
  offForNow?: boolean
}

export const validityOf = ({ valid, offForNow }: Valid): Validity => (valid ? 'on' : offForNow ? 'for-now' : 'off')

/** As columns. Left out, "for now" stays as it `stood`, as long as the thing is off. */
export const validityColumns = ({ valid, offForNow }: Valid, stood = false): { valid: boolean; off_for_now: boolean } => ({
  valid,
  off_for_now: !valid && (offForNow ?? stood),
})
