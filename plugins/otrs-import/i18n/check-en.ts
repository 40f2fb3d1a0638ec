/** Owns the English words of looking at a source, and of the mapping file. */
import type { Text } from '../../../core/index.ts'
import type { checkPl } from './check-pl.ts'

const of = (one: string, other: string) => ({ one: `{count} ${one}`, other: `{count} ${other}` })

export const checkEn: Record<keyof typeof checkPl, Text> = {
  'check.part.source': 'The source',
  'check.part.comes': 'What comes along',
  'check.part.kept': 'What is kept to be read, but does not run',
  'check.part.decide': 'To be decided',
  'check.part.mail': 'Incoming mail',
  'check.part.secrets': 'Passwords and keys to be entered anew',
  'check.part.effort': 'Room and time',
  'check.version': '{product} {version}, {label}',
  'check.version.other':
    '{product} {version}, {label}: this version is not taken over. Bring it to one of these first: OTRS 5 or 6, Znuny 6 or 7, OTOBO 10 or 11.',
  'check.moment': 'All tables are read as of one moment.',
  'check.moment.several':
    'The account has no RELOAD, or tables are not InnoDB, so connections see moments a fraction of a second apart. The next run settles what changes in between.',
  'check.zone': 'Moments in the database are written in the zone {zone}.',
  'check.zone.server':
    'Moments in the database are written in the zone of the OTRS server. {zone} is assumed; if it is another, name it with --zone.',
  'check.files.missing': 'Articles lie in files. Name their folder with --article-dir, such as /opt/otrs/var/article.',
  'check.target.tickets': {
    one: 'This installation has {count} ticket already. Internal numbers of tickets may collide: take over into an empty installation.',
    other: 'This installation has {count} tickets already. Internal numbers of tickets may collide: take over into an empty installation.',
  },
  'check.tickets': of('ticket', 'tickets'),
  'check.articles': of('article', 'articles'),
  'check.history': of('row of history', 'rows of history'),
  'check.raw-mails': of('mail as it came', 'mails as they came'),
  'check.parts': of('attachment or HTML body', 'attachments or HTML bodies'),
  'check.agents': of('agent', 'agents'),
  'check.customers': of('customer', 'customers'),
  'check.companies': of('company', 'companies'),
  'check.queues': of('queue', 'queues'),
  'check.fields': of('dynamic field', 'dynamic fields'),
  'check.values': of('value of fields', 'values of fields'),
  'check.links': of('link', 'links'),
  'check.time': of('entry of time', 'entries of time'),
  'check.faq': of('entry of the knowledge base', 'entries of the knowledge base'),
  'check.field-type': 'The field {name} is of the unknown type {type}: its values come as text to be read only.',
  'check.channel': 'Articles of the channel “{name}” come as notes; the name of the channel stays with them.',
  'check.chat': {
    one: '{count} line of chats: each chat becomes one text, the original stays as an attachment.',
    other: '{count} lines of chats: each chat becomes one text, the original stays as an attachment.',
  },
  'check.acl': of('ACL', 'ACLs'),
  'check.processes': of('process', 'processes'),
  'check.web-services': of('web service', 'web services'),
  'check.appointments': of('appointment in calendars', 'appointments in calendars'),
  'check.notifications': of('notification', 'notifications'),
  'check.search-profiles': of('row of saved searches', 'rows of saved searches'),
  'check.jobs': of('GenericAgent job', 'GenericAgent jobs'),
  'check.drafts': {
    one: '{count} draft: it is stored in a form that only OTRS reads, so it does not come. Ask its author to send it.',
    other: '{count} drafts: they are stored in a form that only OTRS reads, so they do not come. Ask their authors to send them.',
  },
  'check.statistics': 'Statistics: their descriptions are kept to be read.',
  'check.table-unknown': {
    one: 'The table {name} of an add-on ({count} row) does not come.',
    other: 'The table {name} of an add-on ({count} rows) does not come.',
  },
  'check.two-hats': {
    one: '{count} person is agent and customer: login and address agree, so it becomes one person.',
    other: '{count} persons are agent and customer: login and address agree, so each becomes one person.',
  },
  'check.same-login':
    'An agent and a customer have the same login {login} and different addresses ({agent}, {customer}): one person or two? Say it under sameLogin.',
  'check.address': 'The address {address} belongs to {logins}. Only one person can have it: say under addresses which.',
  'check.login-local':
    'The login {login} is a local account of pomoc already. They are not joined by themselves: the source’s becomes a new person with another login. If it is the same one, say so under persons.',
  'check.login-directory': 'The login {login} is known from a directory: it becomes the same person.',
  'check.state-type':
    'The state “{name}” is of the type “{type}”, which no version knows: it becomes an open state. If it should be another, change its type in the source.',
  'check.customer-groups': {
    one: 'Customer groups are on ({count} entry): in pomoc customers see their tickets, and no group takes them away. The entries are kept to be read.',
    other:
      'Customer groups are on ({count} entries): in pomoc customers see their tickets, and no group takes them away. The entries are kept to be read.',
  },
  'check.account':
    '{account} → queue {queue}: OTRS fetched mail here. On the mail server (MX), lead this mail to pomoc, to the address: {addresses}.',
  'check.account.no-address':
    '{account} → queue {queue}: OTRS fetched mail here, and the queue has no address of its own. Give it one, and lead the mail there on the mail server (MX).',
  'check.account.off': '{account} → queue {queue}: switched off, nothing to do.',
  'check.account.trusted':
    'OTRS believed X-OTRS-… headers of some accounts: pomoc believes those of servers that mail.relays names with trustHeaders.',
  'check.secret-settings': 'Settings with a password: {names}',
  'check.secret-accounts': {
    one: '{count} mail account: pomoc does not fetch mail, so its password is not needed.',
    other: '{count} mail accounts: pomoc does not fetch mail, so their passwords are not needed.',
  },
  'check.secret-services': 'Web services with a password: {names}',
  'check.secret-keys': 'Private keys of S/MIME and PGP do not come along: they stay on the OTRS server.',
  'check.secret-none': 'There are none.',
  'check.space': 'The take-over needs about {needed} MB for a while; {free} MB are free.',
  'check.space.short': 'The take-over needs about {needed} MB for a while, and only {free} MB are free: make room, or move dataDir.',
  'check.space.server': 'The take-over needs about {needed} MB of free space on the PostgreSQL server for a while.',
  'check.minutes': {
    one: 'The take-over takes about {count} minute ({rows} rows). Work in OTRS may go on meanwhile.',
    other: 'The take-over takes about {count} minutes ({rows} rows). Work in OTRS may go on meanwhile.',
  },
  'check.bad': 'Put right what is marked FAIL before you begin.',
  'check.mapping.right': '{file} is right.',
  'check.file.there': '{file} is there already, and stays as it is. Remove it to have it made anew.',
  'check.file.written': 'Wrote {file}: look at it, and change what should be otherwise.',
  'check.file.failed': '{file} cannot be written ({reason}). Name a folder with --out that the account of pomoc may write into.',
  'check.settings.unused': {
    one: '{count} changed setting has no counterpart in config/local.ts (it is kept to be read): {names}',
    other: '{count} changed settings have no counterpart in config/local.ts (they are kept to be read): {names}',
  },

  'command.run.part': '{part}: {count}',
  'command.run.of': ' of {of}',
  'command.run.rate': '; {rate} a second, about {left} left',
  'command.run.done': 'Taken over. Now compare both sides: npm run pomoc -- otrs-import report',
  'command.run.stopped': 'Stopped. The same command goes on from here.',

  'mapping.head':
    'What shall become of things in the take-over of {of}. Lines behind a # say nothing: remove the # to decide.\nWhat does not stand here happens as the comment says. To check it: npm run pomoc -- otrs-import check --mapping THIS_FILE',
  'mapping.queues': 'Queue → unit. Queues below follow the one above them. Without an entry: the root unit.',
  'mapping.units': 'Units: {units}',
  'mapping.topics':
    'With topic beside unit, what people of that unit ask about the topic goes to this queue: { unit: "it", topic: "mail" }. Topics: {topics}',
  'mapping.groups': 'Group → unit whose administrator may give it. Without an entry: the root unit.',
  'mapping.persons':
    'Login of the source → who it becomes: new (a new person), nobody (their tickets stay without them), or { login: jan.nowak }, a person who is here already.',
  'mapping.persons.local': 'a local account of pomoc; without an entry they are two persons',
  'mapping.persons.directory': 'known from a directory; so it happens without an entry, too',
  'mapping.same-login': 'Agent and customer with the same login and different addresses: one (one person) or two.',
  'mapping.same-login.one': 'agent: {agent}, customer: {customer}',
  'mapping.addresses':
    'Address that several persons have → login of the one it shall belong to. The others keep it as an address for contact only.',
  'mapping.states':
    'State → a state of pomoc that its tickets get instead. Without an entry it comes along under its own name. Only before the first run: later it stays what it has become.',
  'mapping.customer-groups': 'Customer groups: keep (to be read) or ignore. They take nobody’s view of their own tickets away.',
  'mapping.customer-groups.off': 'Customer groups are off in the source: keep (to be read) or ignore.',
  'mapping.cut-off':
    'Calendar → time after which a new ticket counts from the next working day. Without an entry: as in OTRS, it counts at once.',
}
