/** Owns the persons of a sample who are there before any directory is, and whom none may touch. */
import type { Maker } from '../../../test/make.ts'

/** Their ids. Besides them somebody is known by a mail only, who may become an entry's. */
export async function setUpSamplePersons(
  make: Maker,
  names: { login(name: string): string; address(name: string): string },
): Promise<string[]> {
  await make.person({ address: names.address('z-maila'), source: 'mail' })
  await make.db
    .insertInto('system_address')
    .values({ address: names.address('nasz'), name: 'x', queue_id: '1' })
    .execute()
  return [
    await make.person({ login: names.login('reczny'), address: names.address('reczny') }),
    await make.agent({ 2: ['rw'] }, { login: names.login('szefowa') }),
  ]
}
