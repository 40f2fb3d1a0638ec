/** Owns what the made-up university's units do by themselves: topics, who takes them, who runs which unit. */
import {
  addUnitAdministrator,
  createTopic,
  editSystemAddress,
  findPersonByAddress,
  findQueueByName,
  findUnitBySlug,
  listSystemAddresses,
  optIn,
  ROOT_UNIT,
  setRoute,
  type Id,
  type Work,
} from '../../core/index.ts'
import { AGENTS } from './people.ts'
import { DOMAIN } from './university.ts'

const IT = 'Dział Informatyzacji'

interface DemoTopic {
  name: string
  nameEn: string
  queue: string
  address?: string /** Unit → its queue. */
  taken?: Readonly<Record<string, string>>
}

/** In the order of the form. Central IT's queue answers where no unit took the topic. */
const TOPICS: readonly DemoTopic[] = [
  { name: 'Poczta', nameEn: 'Mail', queue: `${IT}::Poczta`, address: 'poczta' },
  { name: 'HMS', nameEn: 'HMS', queue: 'HMS', address: 'hms', taken: { wm: 'WM::HMS', weii: 'WEiI::HMS', wb: 'WB::HMS', wz: 'WZ::HMS' } },
  {
    name: 'Sieć i eduroam',
    nameEn: 'Network and eduroam',
    queue: `${IT}::Sieć i eduroam`,
    address: 'siec',
    taken: { ds: 'Domy Studenckie::Sieć w akademikach' },
  },
  { name: 'Konto i hasło', nameEn: 'Account and password', queue: `${IT}::Konta`, address: 'konta' },
  { name: 'Oprogramowanie', nameEn: 'Software', queue: `${IT}::Oprogramowanie`, taken: { weii: 'WEiI::Laboratoria' } },
  { name: 'Sprzęt', nameEn: 'Hardware', queue: `${IT}::Sprzęt` },
  { name: 'Strony WWW', nameEn: 'Web pages', queue: `${IT}::Strony WWW` },
  { name: 'E-zasoby biblioteki', nameEn: 'Library e-resources', queue: 'Biblioteka::Zasoby elektroniczne' },
  { name: 'Coś innego', nameEn: 'Something else', queue: IT },
]

/** Topics that only the unit's own people see. */
const OWN_TOPICS: readonly { unit: string; name: string; nameEn: string; queue: string }[] = [
  { unit: 'wm-dziekanat', name: 'Legitymacja i zaświadczenia', nameEn: 'Student card and certificates', queue: 'WM::Dziekanat' },
]

/** Who runs which unit, by the agent's unit. */
const RUN: Readonly<Record<string, string>> = {
  wm: 'wm',
  'wm-dziekanat': 'wm-dziekanat',
  weii: 'weii',
  biblioteka: 'biblioteka',
  ds: 'ds',
  wb: 'wb',
  wz: 'wb',
}

/** After everything else is loaded: by the same acts as an administrator's. */
export async function openUnits(work: Work): Promise<void> {
  const unitId = async (slug: string): Promise<Id> => (await findUnitBySlug(work.db, slug))!.id
  const queueId = async (name: string): Promise<Id> => (await findQueueByName(work.db, name))!.id
  for (const [slug, of] of Object.entries(RUN)) {
    await optIn(work, await unitId(slug))
    const agent = AGENTS.find((one) => one.unit === of)!
    await addUnitAdministrator(work, await unitId(slug), (await findPersonByAddress(work.db, agent.address))!.id)
  }
  for (const [i, topic] of TOPICS.entries()) {
    const id = await createTopic(work, ROOT_UNIT, { name: topic.name, nameEn: topic.nameEn, sort: i, valid: true })
    await setRoute(work, ROOT_UNIT, id, await queueId(topic.queue))
    for (const [slug, queue] of Object.entries(topic.taken ?? {})) await setRoute(work, await unitId(slug), id, await queueId(queue))
    const address = topic.address && (await listSystemAddresses(work.db)).find((one) => one.address === `${topic.address}@${DOMAIN}`)
    if (address) await editSystemAddress(work, address.id, { ...address, byUnit: true, topicId: id })
  }
  for (const { unit, queue, ...topic } of OWN_TOPICS) {
    const id = await createTopic(work, await unitId(unit), { ...topic, sort: 0, valid: true })
    await setRoute(work, await unitId(unit), id, await queueId(queue))
  }
}
