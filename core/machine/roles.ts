/** Owns what one process of pomoc may do; several processes over one database may share it out among themselves. */

/** Pages; taking mail; jobs and what the clock asks. */
export const ROLES = ['web', 'smtp', 'jobs'] as const
export type Role = (typeof ROLES)[number]

/** For the list in a sentence: 'web and jobs'. */
export const sayRoles = (roles: readonly Role[]): string => roles.join(', ').replace(/, (\w+)$/, ' and $1')
