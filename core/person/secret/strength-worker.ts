/** Owns the thread in which passwords are judged: its lists are large and some passwords take long, which pages must not wait for. */
import { parentPort } from 'node:worker_threads'
import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import * as common from '@zxcvbn-ts/language-common'
import * as polish from '@zxcvbn-ts/language-pl'

export interface StrengthRequest {
  id: number
  password: string
  /** The owner's own words: login, name, address. */
  own: readonly string[]
}
export interface StrengthAnswer {
  id: number
  /** How many tries somebody who knows the lists needs, as a power of ten. */
  guesses: number
}

const judge = new ZxcvbnFactory({
  dictionary: { ...common.dictionary, ...polish.dictionary },
  graphs: common.adjacencyGraphs,
})

parentPort!.on('message', ({ id, password, own }: StrengthRequest) => {
  parentPort!.postMessage({ id, guesses: judge.check(password, [...own]).guessesLog10 } satisfies StrengthAnswer, [])
})
