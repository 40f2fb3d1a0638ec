/** Owns whom a notification's recipients are for a ticket: agents in OTRS's order, and addresses outside. What may be told them is judged elsewhere. */
import {
  agentsOfQueue,
  customerAddress,
  findPersonByAddress,
  findPersonByLogin,
  listParticipants,
  listWatchers,
  readAddressList,
  whoChose,
  type Article,
  type Host,
  type Id,
  type Ticket,
} from '../../core/index.ts'
import { holdersInGroup, personsOfRole } from '../../core/administration.ts'
import { addressesIn, type Found } from './judge-outside.ts'
import type { RecipientKind, NotificationRule } from './rule.ts'

export interface Scene {
  host: Pick<Host, 'db' | 'config' | 'tickets'>
  ticket: Ticket
  /** Logins named in the message that is told of. */
  mentioned: readonly string[]
  /** Whom a kind, a group, a role or an address means, once it was asked: notifications ask alike. */
  meant: Map<string, Promise<readonly (Id | null)[]>>
  outside: Map<string, Promise<Found>>
  /** What was written on the ticket, the first first; read once, where a rule asks. */
  articles(): Promise<readonly Article[]>
  /** Fills the ticket's tags in. */
  fill(text: string): Promise<string>
}

type AgentKind = Exclude<RecipientKind, 'Customer' | 'Participants' | 'AllRecipientsFirstArticle' | 'AllRecipientsLastArticle'>

const AGENTS: Record<AgentKind, (scene: Scene) => Promise<readonly (Id | null)[]> | readonly (Id | null)[]> = {
  AgentOwner: ({ ticket }) => [ticket.ownerId],
  AgentResponsible: ({ ticket }) => [ticket.responsibleId],
  AgentWatcher: async ({ host, ticket }) => (await listWatchers(host.db, ticket.id)).map(({ id }) => id),
  AgentWritePermissions: async ({ host, ticket }) => (await agentsOfQueue(host.db, ticket.queueId, 'rw')).map(({ id }) => id),
  AgentMyQueues: (scene) => myQueues(scene),
  AgentMyServices: (scene) => myServices(scene),
  AgentMyQueuesMyServices: async (scene) => {
    const services = new Set(await myServices(scene))
    return (await myQueues(scene)).filter((id) => services.has(id))
  },
  AgentCreateBy: async ({ articles }) => {
    const [first] = await articles()
    return first?.senderType === 'agent' ? [first.personId] : []
  },
  AllMentionedUsers: async ({ host, mentioned }) =>
    (await Promise.all(mentioned.map((login) => findPersonByLogin(host.db, login)))).flatMap((person) =>
      person?.agent ? [person.id] : [],
    ),
}

/** OTRS behaviour: whom the queue is one of their own, as far as they read it by its group. */
async function myQueues({ host, ticket }: Scene): Promise<Id[]> {
  const [chose, readers] = [await whoChose(host.db, { queueId: ticket.queueId }), await agentsOfQueue(host.db, ticket.queueId, 'ro')]
  const may = new Set(readers.map(({ id }) => id))
  return chose.filter((id) => may.has(id))
}
const myServices = async ({ host, ticket }: Scene): Promise<Id[]> =>
  ticket.serviceId === null ? [] : whoChose(host.db, { serviceId: ticket.serviceId })

const onceIn = <T>(kept: Map<string, Promise<T>>, key: string, ask: () => Promise<T> | T): Promise<T> => {
  const found = kept.get(key) ?? Promise.resolve(ask())
  kept.set(key, found)
  return found
}

/** In OTRS's order: the kinds as the rule has them, named agents, groups, roles. Each once. */
export async function agentsMeant(rule: NotificationRule, scene: Scene): Promise<Id[]> {
  const { host, meant } = scene
  const found: (Id | null)[] = []
  for (const kind of rule.recipients) if (kind in AGENTS) found.push(...(await onceIn(meant, kind, () => AGENTS[kind as AgentKind](scene))))
  found.push(...rule.agents)
  // OTRS behaviour: whoever holds ro or rw in the group by themselves, not by a role.
  const inGroup = async (group: Id) =>
    (await holdersInGroup(host.db, group)).persons
      .filter(({ rights }) => rights.includes('ro') || rights.includes('rw'))
      .map(({ id }) => id)
  for (const group of rule.groups) found.push(...(await onceIn(meant, `group ${group}`, () => inGroup(group))))
  const inRole = async (role: Id) => (await personsOfRole(host.db, role)).map(({ id }) => id)
  for (const role of rule.roles) found.push(...(await onceIn(meant, `role ${role}`, () => inRole(role))))
  return [...new Set(found.filter((id) => id !== null))]
}

type OutsideKind = Exclude<RecipientKind, AgentKind>
const OUTSIDE: Record<OutsideKind, (scene: Scene) => Promise<Found>> = {
  Customer: customerMeant,
  Participants: async ({ host, ticket }) => ({
    kind: 'Participants',
    to: (await listParticipants(host.db, ticket.id)).flatMap(({ id, address }) => (address === null ? [] : [{ address, personId: id }])),
  }),
  AllRecipientsFirstArticle: (scene) => messageMeant(scene, 'AllRecipientsFirstArticle', 0),
  AllRecipientsLastArticle: (scene) => messageMeant(scene, 'AllRecipientsLastArticle', -1),
}

/** In the rule's order. */
export async function outsideMeant(rule: NotificationRule, scene: Scene): Promise<Found[]> {
  const found: Found[] = []
  for (const kind of rule.recipients)
    if (kind in OUTSIDE) found.push(await onceIn(scene.outside, kind, () => OUTSIDE[kind as OutsideKind](scene)))
  const named = async (): Promise<Found> => ({
    kind: 'addresses',
    to: await known(scene, addressesIn(await scene.fill(rule.addresses))),
  })
  if (rule.addresses.trim() !== '') found.push(await onceIn(scene.outside, `addresses ${rule.addresses}`, named))
  return found
}

/** All addresses of the first or last message that no program wrote, where it is a mail. */
async function messageMeant(scene: Scene, kind: OutsideKind, which: 0 | -1): Promise<Found> {
  const articles = (await scene.articles()).filter(
    ({ senderType, held, withdrawnAt }) => senderType !== 'system' && !held && withdrawnAt === null,
  )
  const article = articles.at(which)
  return { kind, to: article?.channel === 'email' ? await withPersons(scene, [article.from, article.to, article.cc].join(', ')) : [] }
}

async function customerMeant({ host, ticket }: Scene): Promise<Found> {
  const where = await customerAddress(host.db, host.config, ticket)
  const personId = where.customer?.id ?? null
  if ('address' in where) return { kind: 'Customer', to: [{ address: where.address, personId }] }
  const outcome =
    where.customer?.valid === false
      ? 'ended'
      : where.why === 'own-address' || where.why === 'no-valid-address'
        ? where.why === 'own-address'
          ? 'own-address'
          : 'no-address'
        : where.why === 'address-of-a-program'
          ? 'program-address'
          : 'unproven-address'
  return { kind: 'Customer', to: [], why: { outcome, detail: where.detail, personId } }
}

const MOST_ADDRESSES = 100
const withPersons = (scene: Scene, list: string) =>
  known(
    scene,
    readAddressList(list)
      .map(({ address }) => address)
      .filter(Boolean),
  )
async function known({ host }: Scene, addresses: readonly string[]): Promise<{ address: string; personId: Id | null }[]> {
  const found: { address: string; personId: Id | null }[] = []
  for (const address of [...new Set(addresses)].slice(0, MOST_ADDRESSES))
    found.push({ address, personId: (await findPersonByAddress(host.db, address))?.id ?? null })
  return found
}
