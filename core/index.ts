/** Owns the door `pomoc`: the contract, acts, reading and texts, for every plugin. */

// The contract
export {
  API,
  definePlugin,
  type ForeignNames,
  type ForeignRule,
  type Here,
  type Host,
  type Job,
  type PageContext,
  type Plugin,
  type PluginCommand,
  type PersonData,
  type PersonNamed,
  type ReadForeignRule,
  type Serving,
  type Stop,
  type WebEnv,
} from './kernel/contract.ts'
export type { ApiAddress, ApiCall, ApiContext, ApiEnv, ApiRoute } from './kernel/api.ts'
export { GUARDS, type Guard, type GuardChanges, type GuardName, type Refuse } from './kernel/guards.ts'
export {
  CHOSEN,
  narrowedBy,
  NOTHING_TAKEN,
  type AskedChoices,
  type ChoiceOf,
  type Choices,
  type Chosen,
  type ChosenAttribute,
  type Narrowed,
  type Option,
  type Question,
  type ChoiceTopic,
  type Scene,
  type Taken,
} from './ticket/acts/choices.ts'
export { namesOf, sayChoice } from './ticket/acts/possible.ts'
export { narrowAsked, questionsOf, questionsOfFields, readOffered, STATES_OF, type Offered } from './ticket/acts/questions.ts'
export type { MailAbout, MailCheck, MailDecision, MailStep, MailTurn } from './mail/judge/extensions.ts'
export type { Found, Search, SearchResult, SearchSource } from './kernel/search.ts'
export type { LinkKind, LinkReader, ShownThing } from './link/kinds.ts'
export type { TicketReader } from './ticket/ticket-reader.ts'
export { CORE_PLACES, type FrameName, type NoProps, type PlaceName, type Places } from './kernel/places.ts'
export {
  choice,
  integer,
  longText,
  readSettings,
  text,
  writeSetting,
  yesNo,
  type Setting,
  type SettingValues,
} from './kernel/settings/settings.ts'
export type { Fact, FactName, Facts, NewFact } from './kernel/facts.ts'
export { CHANNEL, factsBetween, factsOfAct, notify } from './kernel/facts.ts'
export type { JobRequest } from './kernel/jobs/jobs.ts'
export type { Notice as LiveNotice } from './kernel/live.ts'
export type { SlotFill, SlotFills, Slots } from './kernel/slots.ts'
export { actorId, type Work } from './kernel/work.ts'
export { onTrial } from './kernel/trial.ts'
export { setActivation } from './administration/plugin-admin.ts'
export { BootError, reasonOf } from './machine/boot-error.ts'
export type { Config } from './machine/config.ts'
export { listen } from './machine/listen.ts'
export { clientKey, makeTrust } from './machine/networks.ts'
export { makeBouncer, worthTelling } from './kernel/limits/bouncer.ts'
export { LIMITS, noteRefused } from './kernel/limits/limits.ts'
export type { Theme } from './machine/theme.ts'
export { Refusal, refused, type ErrorCode, type ErrorParams } from './errors.ts'

// Languages and texts
export {
  COMMAND_LINE_LANGUAGE,
  COMPLETE_LANGUAGES,
  inLanguage,
  isLanguage,
  languageChoices,
  pluralForm,
  type ByLanguage,
} from './i18n/languages.ts'
export { nameIn } from './i18n/names.ts'
export { defineTexts, fill, sayText, type Params, type Text, type Texts, type TextTables, type Translate } from './i18n/texts.ts'
export { coreTexts, type CoreKey } from './i18n/core-texts.ts'

// Words that are looked for
export { fold, plainWord } from './search/fold.ts'
export { stems } from './search/stems.ts'

// Data
export type { Database, Id, Language, Lock, Channel, SenderType, StateType, MailReason } from './database/schema.ts'
export { CHUNK, readBlob, readWholeBlob, storeBlob, storeBlobs, storePieces, summed } from './database/blob.ts'
export { loadRows, settleIds } from './database/load.ts'
export { databaseBrokeOff } from './database/away.ts'
export { RowSum } from './backup/row-sum.ts'
export { copyRows, type Copied } from './database/copy.ts'

// Who may what
export {
  asCustomer,
  readColumns,
  system,
  withoutColleagues,
  UNDO_CHOICES,
  type Access,
  type Actor,
  type PersonActor,
} from './kernel/actor.ts'
export { AGENT_RIGHTS, demand, demandAdmin, holdsRight, may, queuesWith, type Decision, type Right } from './permission/policy.ts'
export { whoSees, type Because, type Onlooker } from './explain/explain.ts'
export { sayBecause } from './explain/because-words.ts'
export { loadActor } from './permission/access.store.ts'

// Calendars
export { type Calendar, calendarSchema, DEFAULT_CALENDAR } from './calendar/calendar.ts'
export { sayReceipt, sayReceiptReason, sayHours, sayExceptions, sayCutOff } from './calendar/words.ts'
export { sayDate, sayDateTime, sayNearDay, sayTime } from './calendar/date-words.ts'
export { receive } from './calendar/receipt.ts'
export { addWorkingTime, isWorkingTime, nextOpening } from './calendar/working-time.ts'
export { openingAfterDays, openingAfterHolidays, openingInAWeek, openingOfMonday } from './calendar/coming-openings.ts'

// Tickets and articles
export { type Ticket, type NewArticle, type NewAttachment, OPEN_TYPES, isOpen } from './ticket/ticket.ts'
export {
  BESIDE,
  changeable,
  entryOf,
  EXPORTED,
  FILTERED,
  LISTED,
  SORTS,
  type AttributeName,
  type Changeable,
  type Entry as AttributeEntry,
  type Filtered,
  type Kind as AttributeKind,
  type Sort,
} from './ticket/attributes.ts'
export { sayAttribute } from './ticket/attribute-words.ts'

// Fields of the installation's own
export {
  askedOn,
  fieldLabel,
  fieldsAsked,
  fieldsAskedOf,
  fieldsOfQueue,
  isNative,
  isScreen,
  listFields,
  useOf,
  type Asked,
  type Field as OwnField,
  type Screen,
} from './field/fields.ts'
export { fieldTexts, type FieldKey } from './field/field-texts.ts'
export { controlOf, inForm, readPosted, stoodOf, type WantedFields } from './field/posted.ts'
export { found as foundInTime, patternOf } from './field/pattern.ts'
export { typed as readField, typeOf, type FieldRoom, type FieldValues } from './field/types.ts'
export { loadValues, readTicketFields, sayValues, valuesOf, type TicketFields, type FieldFilter, type Filled } from './field/values.ts'
export { setFields } from './ticket/change/fields.ts'
export { fieldColumns } from './field/columns.ts'

export { inUse, type Column, type ColumnRoom, type ColumnSource, type InUse } from './ticket/view/columns.ts'
export { sayMisc } from './ticket/misc.ts'
export {
  type NewTicket,
  createTicket,
  type FollowUp,
  followUp,
  type ChosenState,
  type Answer,
  answerTicket,
  type Note,
  addNote,
  takeTicket,
  releaseTicket,
  setOwner,
  moveTicket,
  setState,
  setPriority,
  setTitle,
  setText,
  setCompany,
  setCustomer,
  spendTime,
  watchTicket,
} from './ticket/change/tickets.ts'
export {
  type TicketPage,
  type ListWish,
  listTickets,
  readableOf,
  seeTicket,
  seeTicketByNumber,
  SORTED_TICKETS,
  sortsNewest,
  ticketMeant,
} from './ticket/ticket-list.ts'
export {
  editView,
  findView,
  mayShareWith,
  removeView,
  savedViews,
  saveView,
  type Holder as ViewHolder,
  type SavedView,
} from './ticket/view/saved-views.ts'
export { countTickets, countEach, countOpenByQueue } from './ticket/ticket-count.ts'
export { onlyShortWords, SHORT_WORD_TICKETS } from './ticket/ticket-search.ts'
export { archiveTicket } from './ticket/change/archive.ts'
export {
  ownTime,
  ownTimeSum,
  sayUnits,
  timeOfTicket,
  timeOfTickets,
  timeUnit,
  type OwnTime,
  type TimeOfPerson,
  type TimeUnit,
} from './time/time.ts'
export { closeWaiting, listWaiting, remindWaiting, type Waiting } from './ticket/change/waiting.ts'
export { clockStopped } from './ticket/clock/jobs.ts'
export type { Foretold } from './ticket/clock/foretell.ts'
export { isFree, isToTake, ownerStands, TAKEN_FROM, type OwnerStands } from './permission/to-take.ts'
export type { TicketFilter } from './ticket/ticket-filter.ts'
export {
  asRuleFilter,
  formOfRule,
  MEANT_KEYS,
  narrows,
  readRuleForm,
  ruleFilterSchema,
  ticketFilterOf,
  type MeantKey,
  type RuleFilter,
  type RuleRoom,
  type RuleTime,
} from './ticket/rule/rule-filter.ts'
export { countMatching, matchesTicket, matchingTickets, MOST_COUNTED, ruleRoom, whichMatch } from './ticket/rule/rule-tickets.store.ts'
export { recipientsFor, type Recipients } from './mail/texts/whom.ts'
export { canRedirect, forwardArticle, redirectArticle, resendArticle, type Forward } from './ticket/change/pass-on.ts'
export { mainTicketOf } from './ticket/change/merged.ts'
export { mergeTicket, previewMerge, unmergeTicket } from './ticket/merge/merge.ts'
export { mergedInto, type Moves } from './ticket/merge/merge.store.ts'
export { addLink, linksSeen, removeLink, ticketNamed, type LinkAs, type LinkedTicket } from './link/links.ts'
export { openChildren } from './link/link.store.ts'
export { undoAct } from './ticket/change/undo.ts'
export { doToMany, tryOnMany, undoMany, type ManyDone, type RefusedTicket } from './ticket/acts/many.ts'
export { actOf, ACTS, actsOfferedBy, isAct, mayAct, offersAct, prepareAct, type ActName, type Ready } from './ticket/acts/acts.ts'
export { act, type Act, type ActRight, type AnyAct, type Done, type Offerer } from './ticket/acts/act.ts'
export { NONE } from './ticket/acts/classifying.ts'
export { saySeen, sinceSeen, type Aspect, type Since } from './ticket/acts/standing.ts'
export { shapesOf, type FieldShape } from './ticket/acts/fields.ts'
export { actTexts, type ActKey } from './ticket/acts/i18n/act-texts.ts'
export { acceptHeld, rejectHeld } from './ticket/change/held.ts'
export { canConfirm, confirmOwnMail } from './ticket/change/confirm.ts'
export { ticketMarks, type TicketMarks } from './ticket/ticket-marks.ts'
export {
  draftAgain,
  dropDraft,
  findDraft,
  findDrafts,
  saveDraft,
  sendOnce,
  sentBecame,
  type Draft,
  type Leaf,
} from './ticket/draft/drafts.ts'
export { attachDraftFiles, borrowFiles, draftFiles, keepFiles, type DraftFile } from './ticket/draft/draft-files.ts'
export { becauseOf } from './ticket/history.ts'
export {
  findOrigin,
  historyParts,
  historyRows,
  listHistory,
  personsInHistory,
  type HistoryRow,
  type Origin,
} from './ticket/history-list.ts'
export { listParticipants, listWatchers, type Participant } from './ticket/people.ts'
export { listSharedWith, type SharedWith } from './ticket/change/invitations.ts'
export { addParticipant, maySharePeople, removeParticipant, type ParticipantRight } from './ticket/change/participants.ts'
export { deadlinesOfTicket, sourcesOf, touchDeadlines, tryDeadlines } from './escalation/recount.ts'
export { keptSources } from './escalation/kept-sources.ts'
export { deadlinesOf, type Deadlines } from './escalation/deadlines.ts'
export { DEADLINE_KINDS } from './service/deadlines.ts'
export { sayCounted as sayDeadlineNow, sayNext as sayNextDeadline, type SaidDeadline } from './escalation/say-deadlines.ts'
export { slaChoices } from './escalation/escalation.store.ts'
export type { Source as DeadlineSource } from './escalation/escalation.store.ts'
export { sayPriority } from './ticket/attribute-words.ts'
export { aboutChoices, coreSettingOn, isUsed, type AboutChoices } from './service/choices.ts'
export { UNCLASSIFIED } from './service/fitting.ts'
export { sayType } from './service/type-words.ts'
export { seenTimes, touchSeen } from './ticket/seen.ts'
export { formatNumber } from './ticket/number.ts'
export { buildSubject, DEFAULT_SUBJECT_SETTINGS } from './ticket/subject.ts'
export { agentTicketUrl, customerTicketUrl } from './ticket/url.ts'
export { agentMailer, mailOutside, noteAgentTold } from './ticket/change/notified.ts'
export { findState, findTicket, findTicketByNumber, listPriorities, listStates, type StateRow } from './ticket/ticket.store.ts'
export { findArticle, findAttachment, firstWords, listArticles, rawOf, type Article, type Attachment } from './article/articles.ts'

// Queues and people
export {
  type Queue,
  findQueue,
  findQueueByName,
  listQueues,
  shortName,
  calendarOfQueue,
  defaultCalendar,
  senderOfQueue,
} from './queue/queues.ts'
export { queueTree, queueWithChildren, type QueueNode } from './queue/queue-tree.ts'
export { myQueueChoices, myServiceChoices, whoChose, setMyQueues, setMyServices, type MyChoice } from './queue/my-queues.ts'
export { companyOfCode } from './company/companies.ts'
export { companiesForTicket, companiesOfPerson } from './company/person-companies.ts'
export { addressLines, DETAIL_NAMES, DETAILS, type DetailName, type Details } from './person/known/details.ts'
export { OWN_DETAILS, setOwnContact } from './person/known/own-contact.ts'
export { absentNow, endAbsence, findAbsence, setAbsence, type Absence } from './person/absence.ts'
export { agentsOfQueue, listAgents, searchPersons } from './person/person-search.ts'
export {
  createPerson,
  findPerson,
  findPersonByAddress,
  findPersonByLogin,
  findPersonNames,
  findPersons,
  isAddress,
  personOfMail,
  normalAddress,
  setPreferences,
  type Person,
} from './person/persons.ts'

// Mail
export { plainAddressForm, plainNameForm } from './mail/look-alike.ts'
export { carriesMany, relayOf, type Relay } from './mail/judge/assurance/relays.ts'
export { acceptMail, mailInMemory, type Envelope, type ReceivedMail } from './mail/inbound/accept.ts'
export { addressesChanged, canonicalAddress, destinationOf, isOurDomain, keepAddressBook, ownSender } from './mail/addresses.ts'
export { oneAddress, readAddressList } from './mail/address-list.ts'
export { toPattern } from './mail/filters/filter-run.ts'
export { filtersChanged } from './mail/filters/mail-settings.ts'
export { filesLimit, queueMail, sayAddress, withdrawMails, type NewMail } from './mail/outbound.ts'
export { flatHtml, nestsTooDeep } from './mail/reading/nesting.ts'
export { safeHtml, type HtmlPart } from './mail/reading/parse.ts'
export { decodeText } from './mail/reading/charset.ts'
export { customerAddress, receiptSentence } from './mail/texts/auto-response.ts'
export { isProgramAddress } from './mail/program-address.ts'

// Pages
export type { ApiError } from './web/api.ts'
export {
  adoptPassword,
  changePassword,
  logIn,
  logInByCode,
  logInByLink,
  openDeviceLink,
  sendDeviceLink,
  sendLoginLink,
  setPassword,
  setPasswordByLink,
} from './person/login.ts'
export { peekDeviceLink, peekLoginLink, peekSetPasswordLink, LOGIN_LINK_MS } from './person/login-links.ts'
export type { LoginAnswer, LoginAsked, LoginWay } from './kernel/logins.ts'
export { normalLogin } from './person/login-name.ts'
export {
  appUri,
  beginSecondFactor,
  checkCode,
  confirmSecondFactor,
  endSecondFactor,
  newRecoveryCodes,
  secondFactorDemanded,
  secondFactorOf,
  secretToShow,
  takeOverSecondFactor,
  type SecondFactor,
} from './person/second-factor.ts'
export {
  compareDirectoryPersons,
  findDirectoryEntry,
  takeDirectoryPersons,
  tryDirectoryPersons,
} from './person/directory/take.ts'
export { lookUpPerson } from './person/look-up.ts'
export { takeDirectory, type Night } from './person/directory/night.ts'
export { DIRECTORY_PROBLEMS, type DirectoryChange, type DirectoryPerson, type DirectoryProblem } from './person/directory/compare.ts'
export { sameSecret } from './person/token.ts'
export { checkPassword, hashKnownPassword, hashPassword, MIN_PASSWORD_LENGTH } from './person/password.ts'
export { endOwnSession, endSessions, findHalfSession, sessionsOf } from './person/sessions.ts'
export { passwordFrom } from './person/safety/proof.ts'
export { browserOf } from './person/safety/browser.ts'
export { demandFresh } from './permission/fresh.ts'

// Administration
export { forgetAdministered, recordChange, tellStopped } from './audit/change.ts'
export {
  EVENT_FACTS,
  EVENTS,
  eventsOf,
  factOfEvent,
  fieldEvent,
  fieldOfEvent,
  isEvent,
  possibleEvents,
  sayEvent,
  sayFact,
  type EventFact,
  type EventName,
} from './ticket/rule/events.ts'
export { saidWith } from './audit/subject.ts'
export type { Administered, Change, Subject, SubjectField, SubjectOwner, Way } from './audit/subject.ts'
export { recordEvent, type AuditKind, type NewEvent } from './audit/record.ts'
export { listEvents } from './administration/log.ts'
export { demandName, demandShort, isId } from './kernel/input.ts'
export { listRoles } from './permission/roles.ts'
export { countUnits, createUnit, findUnit, findUnitBySlug, listUnits, type CountedUnit, type Unit } from './unit/units.ts'
export { down as unitsDown, ROOT_UNIT, unitsAbove, up as unitsUpInOrder, upToAsk as unitsUp } from './unit/tree.ts'
export { route } from './unit/route.ts'
export { sayRoute } from './unit/route-words.ts'
export { readRouting, receptionQueue, routeReason, setRoute, settle } from './unit/routing.ts'
export { createTopic, listTopics, topicName, topicsOffered } from './unit/topics.ts'
export { choosePersonUnit, unitOfPerson, type PersonUnit } from './unit/placing.ts'
export { optIn } from './administration/opting.ts'
export { addUnitAdministrator, demandUnitAdmin, isCentral } from './permission/unit-administrators.ts'
export { editSystemAddress, listSystemAddresses } from './queue/system-addresses.ts'
export { partsForTicket } from './mail/texts/answer-parts.ts'
export { findTemplate, templateFiles, templatesForQueue, type AnswerTemplate } from './mail/texts/answer-templates.ts'
export { fillIn, fillInNew, textForTold, type FilledText } from './mail/texts/text-preview.ts'
export { mailTexts, type MailKey } from './mail/mail-texts.ts'
export { readJson } from './web/api.ts'
