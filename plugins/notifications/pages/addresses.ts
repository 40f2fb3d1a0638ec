/** Owns the addresses of an agent's own pages of notifications. */

export const BELL = '/notifications'
export const MINE = '/notifications/mine'
