/** Owns who is whom: agents and customers of a source that are one person, and addresses that several have. Pure. */

export interface SourcePerson {
  kind: 'agent' | 'customer'
  login: string
  /** As written; '' where there is none. */
  address: string
}

export interface Meeting {
  /** Logins whose agent and customer share their address too: one person. */
  one: string[]
  /** Same login, other addresses: the mapping file decides. */
  ask: { login: string; agent: string; customer: string }[]
  /** In small letters, with the logins of those who have it; who is one person counts once. */
  doubled: { address: string; logins: string[] }[]
}

const small = (text: string): string => text.trim().toLowerCase()

/** Agent and customer are one where login and an address agree; neither alone ties anybody. */
export function whoIsWhom(people: readonly SourcePerson[], decided: Readonly<Record<string, 'one' | 'two'>> = {}): Meeting {
  const customers = new Map(people.filter(({ kind }) => kind === 'customer').map((person) => [small(person.login), person]))
  const meeting: Meeting = { one: [], ask: [], doubled: [] }
  const same = new Set<string>()
  for (const agent of people.filter(({ kind }) => kind === 'agent')) {
    const customer = customers.get(small(agent.login))
    if (!customer) continue
    const agrees = agent.address !== '' && small(agent.address) === small(customer.address)
    if (agrees) meeting.one.push(agent.login)
    else meeting.ask.push({ login: agent.login, agent: agent.address, customer: customer.address })
    if (agrees || decided[agent.login] === 'one') same.add(small(agent.login))
  }
  const owners = new Map<string, Map<string, string>>()
  for (const { kind, login, address } of people) {
    if (address === '') continue
    const known = owners.get(small(address)) ?? new Map<string, string>()
    // Two hats of one person are one owner.
    owners.set(small(address), known.set(same.has(small(login)) ? small(login) : `${kind} ${small(login)}`, login))
  }
  for (const [address, by] of owners) if (by.size > 1) meeting.doubled.push({ address, logins: [...by.values()] })
  return meeting
}
