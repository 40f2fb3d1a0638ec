/** Owns the door for plugins. */
export { BootError } from './boot-error.ts'
