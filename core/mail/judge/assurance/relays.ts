/** Owns which of our own mail servers handed a mail to us, and so what is believed of it. */
import type { Config } from '../../../machine/config.ts'
import { makeTrust, plainAddress } from '../../../machine/networks.ts'

export type Relay = Config['mail']['relays'][number]

/** The first relay of the configuration that the peer's address belongs to; undefined: a stranger. */
export function relayOf(config: Pick<Config, 'mail'>, peerAddress: string): Relay | undefined {
  return config.mail.relays.find((relay) => makeTrust(relay.addresses)(plainAddress(peerAddress)))
}
