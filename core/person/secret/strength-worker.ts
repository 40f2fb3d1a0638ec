/** Owns the thread in which passwords are judged: its lists are large and some passwords take long, which pages must not wait for. */
import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import * as common from '@zxcvbn-ts/language-common'
import * as polish from '@zxcvbn-ts/language-pl'
import { answerInThread } from '../../machine/thread.ts'

export interface StrengthRequest {
  password: string
  /** The owner's own words: login, name, address. */
  own: readonly string[]
}

const judge = new ZxcvbnFactory({
  dictionary: { ...common.dictionary, ...polish.dictionary },
  graphs: common.adjacencyGraphs,
})

/** How many tries somebody who knows the lists needs, as a power of ten. */
answerInThread(({ password, own }: StrengthRequest): number => judge.check(password, [...own]).guessesLog10, { polite: true })
