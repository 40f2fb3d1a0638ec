/** Owns who stands behind a relay of ours: what it told by XCLIENT or XFORWARD, for this one mail. */
import type { SMTPServerSession } from 'smtp-server'
import type { Envelope } from '../../core/index.ts'

/**
 * The client as the relay told it; undefined when it told no address. XFORWARD speaks of one mail only (Postfix,
 * XFORWARD_README): it is forgotten here, so that the next mail on the connection does not inherit it.
 */
export function takeClient(session: SMTPServerSession): Envelope['client'] {
  const told = (map: Map<string, unknown>, key: string): string => {
    const value = map.get(key)
    return typeof value === 'string' ? value : ''
  }
  const forward = session.xForward as Map<string, unknown>
  const client = session.xClient as Map<string, unknown>
  const source = told(forward, 'ADDR') ? forward : client
  const address = told(source, 'ADDR')
  const said = {
    address,
    name: told(source, 'NAME'),
    helo: told(source, 'HELO') || (source === client && session.hostNameAppearsAs ? session.hostNameAppearsAs : ''),
  }
  forward.clear()
  return address ? said : undefined
}
