/** Owns core's own translator. */
import { defineTexts } from './texts.ts'
import { pl } from './pl.ts'
import { en } from './en.ts'

export const coreTexts = defineTexts(pl, en)
export type CoreKey = keyof typeof pl
