/** Owns what a notification says: when, of which tickets and articles, whom, how. Stored as it stands here. */
import { z } from 'zod'
import { isEvent, isId, ruleFilterSchema, type EventName } from '../../core/index.ts'

/** OTRS's kinds of recipients in OTRS's order; `Participants` are ours: whom the customer let in. */
export const RECIPIENTS = [
  'AgentOwner',
  'AgentResponsible',
  'AgentWatcher',
  'AgentWritePermissions',
  'AgentMyQueues',
  'AgentMyServices',
  'AgentMyQueuesMyServices',
  'AgentCreateBy',
  'AllMentionedUsers',
  'Customer',
  'Participants',
  'AllRecipientsFirstArticle',
  'AllRecipientsLastArticle',
] as const
export type RecipientKind = (typeof RECIPIENTS)[number]

/** Only for these OTRS looks at what the article says. */
export const ARTICLE_EVENTS: readonly EventName[] = ['ArticleCreate', 'ArticleSend']

/** Who wrote an article, and how, as filters of articles say it. */
const SENDER_TYPES = ['agent', 'customer', 'system'] as const
const CHANNELS = ['email', 'phone', 'internal', 'chat', 'web', 'sms'] as const
/** Texts of an article that a filter looks into: each value is looked for anywhere, in any case; one is enough. */
export const ARTICLE_TEXTS = ['from', 'to', 'cc', 'bcc', 'subject', 'body', 'attachmentName'] as const

const words = z.array(z.string().min(1).max(200)).max(50)
const id = z.string().refine(isId)
const ids = z.array(id).max(500)
const yes = z.boolean().default(false)

export const articleFilter = z.object({
  senderTypes: z.array(z.enum(SENDER_TYPES)).optional(),
  visible: z.boolean().optional(),
  channels: z.array(z.enum(CHANNELS)).optional(),
  ...(Object.fromEntries(ARTICLE_TEXTS.map((name) => [name, words.optional()])) as Record<
    (typeof ARTICLE_TEXTS)[number],
    z.ZodOptional<typeof words>
  >),
})
export type ArticleFilter = z.infer<typeof articleFilter>
export const ARTICLE_CHANNELS = CHANNELS
export const ARTICLE_SENDERS = SENDER_TYPES

export const notificationRule = z.object({
  events: z
    .array(z.string().max(200).refine(isEvent) as unknown as z.ZodType<EventName>)
    .min(1)
    .max(100),
  /** Which tickets: the filter of lists, as rules keep it. */
  filter: ruleFilterSchema.default({}),
  /** Which articles; it counts for ArticleCreate and ArticleSend alone, as in OTRS. */
  article: articleFilter.default({}),
  recipients: z.array(z.enum(RECIPIENTS)).default([]),
  agents: ids.default([]),
  groups: ids.default([]),
  roles: ids.default([]),
  /** Addresses, divided by ';', ',' or blanks; tags of the ticket stand for what it has. */
  addresses: z.string().max(200).default(''),
  /** How agents may be told. */
  ways: z.array(z.enum(['mail', 'page'])).default(['mail', 'page']),
  /** Whether agents choose themselves: never asked, as they like, or as they like but one way at least. */
  choice: z.enum(['none', 'free', 'one-at-least']).default('none'),
  /** Where agents choose: what is on for whoever said nothing. */
  byDefault: z.array(z.enum(['mail', 'page'])).default([]),
  /** A calendar day of the installation's zone; a person gets it once a ticket and way. */
  oncePerDay: yes,
  /** Agents who are away are told all the same. */
  outOfOffice: yes,
  /** Who stands in for an agent who is away is told in their place. */
  substitutes: yes,
  /** Only within the hours of the ticket's calendar, or only outside of them. */
  hours: z.enum(['within', 'outside']).nullable().default(null),
  /** What customers are sent stands among their messages too. */
  visible: yes,
  /** The article's files go along, for ArticleCreate and ArticleSend. */
  attachments: yes,
  /** In how much of a frame a mail stands. */
  template: z.enum(['Default', 'Alert', 'Unformatted']).default('Default'),
})
export type NotificationRule = z.infer<typeof notificationRule>
/** As a form or an import hands it over: what is left out has its default. */
export type RuleGiven = z.input<typeof notificationRule>
