/** Owns the door: everything a plugin may use of core goes through here. */

// The contract
export {
  API,
  definePlugin,
  type Here,
  type Host,
  type Job,
  type PageContext,
  type Plugin,
  type PluginCommand,
  type Serving,
  type Stop,
  type WebEnv,
} from './kernel/contract.ts'
export type { ApiAddress, ApiCall, ApiContext, ApiEnv, ApiRoute } from './kernel/api.ts'
export { GUARDS, type Guard, type GuardChanges, type GuardName, type Refuse } from './kernel/guards.ts'
export type { MailAbout, MailCheck, MailDecision, MailStep, MailTurn } from './mail/judge/extensions.ts'
export type { Found, Search, SearchResult, SearchSource } from './kernel/search.ts'
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
export { CHANNEL } from './kernel/facts.ts'
export type { JobRequest } from './kernel/jobs/jobs.ts'
export type { Notice as LiveNotice } from './kernel/live.ts'
export type { SlotFill, SlotFills, Slots } from './kernel/slots.ts'
export { actorId, type Work } from './kernel/work.ts'
export { listActivations, setActivation } from './administration/plugin-admin.ts'
export type { PlaceInfo, PluginInfo, Registry, RightInfo } from './run/registry.ts'
export { forgetFaults, resumePlugin } from './administration/plugin-admin.ts'
export { listFaults, listSuspensions, NEVER_SUSPENDED, type FaultRow, type Suspension } from './kernel/faults.ts'
export { dropDeadJob, listDeadJobs, replayFacts, retryDeadJob, retryDeadJobs, type DeadJob, type Replay } from './administration/replay.ts'
export { saveSettingsForm, settingsForm, type SettingField, type SettingsOwner } from './administration/settings-form.ts'
export { BootError, reasonOf } from './machine/boot-error.ts'
export type { Config } from './machine/config.ts'
export { listen } from './machine/listen.ts'
export type { Theme } from './machine/theme.ts'
export { version } from './machine/project.ts'
export { inPackage, inProject } from './web/static-files.ts'
export { Refusal, refused, ERRORS, type ErrorCode, type ErrorParams } from './errors.ts'

// Languages and texts
export {
  asLanguage,
  COMMAND_LINE_LANGUAGE,
  COMPLETE_LANGUAGES,
  firstIn,
  inLanguage,
  isLanguage,
  LANGUAGE_CODES,
  languageChoices,
  languageFor,
  LANGUAGES,
  languagesToTry,
  type ByLanguage,
} from './i18n/languages.ts'
export { nameIn } from './i18n/names.ts'
export { defineTexts, fill, sayText, type Params, type Text, type Texts, type TextTables, type Translate } from './i18n/texts.ts'
export { coreTexts, type CoreKey } from './i18n/core-texts.ts'

// Words that are looked for
export { fold, plainWord } from './search/fold.ts'
export { stems } from './search/stems.ts'

// Data
export type { Database, Id, Language, Lock, Channel, SenderType, StateType, MailReason, RouteWhy } from './database/schema.ts'
export { CHUNK, readBlob, readWholeBlob, storeBlob } from './database/blob.ts'
export { loadRows, settleIds } from './database/load.ts'
export { storable } from './database/storable.ts'

// Who may what
export { asCustomer, system, type Access, type Actor, type PersonActor } from './kernel/actor.ts'
export { AGENT_RIGHTS, demand, demandAdmin, holdsRight, may, queuesWith, type Decision, type Right } from './permission/policy.ts'
export { explainRight, whoSees, type Because, type Explanation, type Onlooker, type Via } from './explain/explain.ts'
export { sayBecause } from './explain/because-words.ts'
export { loadActor } from './permission/access.store.ts'

// Calendars
export * from './calendar/calendar.ts'
export * from './calendar/words.ts'
export { calendarOfFields, fieldOf as calendarFieldOf, fieldsOfCalendar } from './calendar/calendar-fields.ts'
export { receive, type Receipt } from './calendar/receipt.ts'
export { addWorkingTime, nextOpening } from './calendar/working-time.ts'

// Tickets and articles
export * from './ticket/ticket.ts'
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
export { sayMisc } from './ticket/misc.ts'
export * from './ticket/change/tickets.ts'
export * from './ticket/ticket-list.ts'
export * from './ticket/ticket-count.ts'
export type { TicketFilter } from './ticket/ticket-filter.ts'
export { canRedirect, forwardArticle, redirectArticle, resendArticle, type Forward } from './ticket/change/pass-on.ts'
export { undoAct } from './ticket/change/undo.ts'
export { actOf, ACTS, actsOfferedBy, isAct, mayAct, offersAct, prepareAct, type ActName, type Ready } from './ticket/acts/acts.ts'
export { act, type Act, type ActRight, type AnyAct, type Done, type Offerer } from './ticket/acts/act.ts'
export { shapesOf, type FieldShape } from './ticket/acts/fields.ts'
export { actTexts, type ActKey } from './ticket/acts/i18n/act-texts.ts'
export { acceptHeld, rejectHeld } from './ticket/change/held.ts'
export { canConfirm, confirmOwnMail } from './ticket/change/confirm.ts'
export { ticketMarks, type TicketMarks } from './ticket/ticket-marks.ts'
export { findDraft, saveDraft, dropDraft, type Draft } from './ticket/draft.ts'
export {
  findOrigin,
  historyParts,
  listHistory,
  personsInHistory,
  type HistoryRow,
  type Origin,
} from './ticket/history-list.ts'
export { listParticipants, listWatchers, type Participant } from './ticket/people.ts'
export { addParticipant, maySharePeople, removeParticipant, type ParticipantRight } from './ticket/change/participants.ts'
export { sayPriority } from './ticket/priority-words.ts'
export { seenTimes, touchSeen } from './ticket/seen.ts'
export { formatNumber } from './ticket/number.ts'
export { buildSubject, DEFAULT_SUBJECT_SETTINGS } from './ticket/subject.ts'
export { customerTicketUrl } from './ticket/url.ts'
export { findState, findTicket, findTicketByNumber, listPriorities, listStates, type StateRow } from './ticket/ticket.store.ts'
export { findArticle, findAttachment, firstWords, listArticles, type Article, type Attachment } from './article/articles.ts'

// Queues and people
export * from './queue/queues.ts'
export { queueTree, queueWithChildren, type QueueNode } from './queue/queue-tree.ts'
export { absentNow, endAbsence, findAbsence, lastDay, setAbsence, type Absence, type AbsenceForm } from './person/absence.ts'
export { agentsOfQueue, likeText, listAgents, searchPersons } from './person/person-search.ts'
export {
  createPerson,
  findPerson,
  findPersonByAddress,
  findPersonByLogin,
  findPersonNames,
  isAddress,
  normalAddress,
  personOfMail,
  type NewPerson,
  type Person,
} from './person/persons.ts'

// Mail
export { confirmRequest } from './mail/texts/auto-response.ts'
export { relayOf, type Relay } from './mail/judge/assurance/relays.ts'
export { acceptMail, mailInMemory, type Envelope, type ReceivedMail } from './mail/inbound/accept.ts'
export {
  addressesChanged,
  canonicalAddress,
  destinationOf,
  isOurDomain,
  keepAddressBook,
  readAddressBook,
  type AddressBook,
} from './mail/addresses.ts'
export { cancelMails, mailHostname, newMessageId, queueMail, sayAddress, UNDO_SECONDS, type NewMail } from './mail/outbound.ts'
export { receiptSentence } from './mail/texts/auto-response.ts'

// Pages
export * from './web/index.ts'
export {
  changePassword,
  createSetPasswordLink,
  logIn,
  logInByCode,
  logInByLink,
  openDeviceLink,
  peekDeviceLink,
  peekLoginLink,
  peekSetPasswordLink,
  sendDeviceLink,
  sendLoginLink,
  setPassword,
  setPasswordByLink,
} from './person/login.ts'
export type { LoginAnswer, LoginAsked, LoginWay } from './kernel/logins.ts'
export { normalLogin } from './person/login-name.ts'
export {
  appUri,
  beginSecondFactor,
  checkCode,
  confirmSecondFactor,
  endSecondFactor,
  newRecoveryCodes,
  resetSecondFactor,
  secondFactorDemanded,
  secondFactorOf,
  type SecondFactor,
} from './person/second-factor.ts'
export {
  compareDirectoryPersons,
  findDirectoryEntry,
  missingFromDirectory,
  seenInDirectory,
  switchOffDirectoryPersons,
  takeDirectoryPersons,
  type DirectoryEntry,
} from './person/directory.ts'
export type { DirectoryChange, DirectoryPerson } from './person/directory-compare.ts'
export { sameSecret } from './person/token.ts'
export { hashPassword, MIN_PASSWORD_LENGTH } from './person/password.ts'
export { endOwnSession, endSessions, findHalfSession, sessionsOf, type Client, type Session } from './person/sessions.ts'

// Administration
export { recordChange } from './audit/change.ts'
export type { Administered, Change, Subject, SubjectField, SubjectOwner, Way } from './audit/subject.ts'
export { allSubjects, pageOfSubject, SUBJECTS, type AdminSubject } from './administration/subjects.ts'
export { administrationTexts, type AdministrationKey } from './audit/administration-texts.ts'
export {
  CHANGES as CHANGE_KINDS,
  flatLines,
  learnNames,
  readerOf,
  sayLines,
  sayNoWayBack,
  sayObject,
  saying,
  sayWho,
  subjectTypes,
  type Line as ChangeLine,
  type Reader,
  type Saying,
} from './administration/words.ts'
export { canRevert, isUnitsAffair, revertChange, revertEvent, whyNoWayBack } from './administration/revert.ts'
export { AUDIT_KINDS, erasePersonFromEvents, recordEvent, type AuditKind, type NewEvent } from './audit/record.ts'
export { AUDIT_SORTS, findEvent, listEvents, type AuditEvent, type AuditFilter, type AuditSort } from './administration/log.ts'
export { demandName, demandShort, isId } from './kernel/input.ts'
export { countSettings, saveSettings, storedSettings } from './administration/setting-admin.ts'
export { readStatus, type Status } from './database/status.ts'
export type {
  Assurance,
  AutoResponseType,
  FollowUpPossible,
  FollowUpStrangers,
  HeldDecision,
  InboundState,
  OutboundState,
} from './database/schema.ts'
export type { KeyPage, PageWish as KeyPageWish } from './database/key-page.ts'
export { ADMIN_GROUP } from './permission/administrators.ts'
export { createGroup, editGroup, findGroup, listGroups, type Group, type GroupForm } from './permission/groups.ts'
export { createRole, editRole, findRole, listRoles, type Role, type RoleForm } from './permission/roles.ts'
export {
  holdersInGroup,
  MATRIX_RIGHTS,
  personsOfRole,
  rightsFromRoles,
  rightsOfPerson,
  rightsOfRole,
  rolesOfPerson,
  setPersonRights,
  setPersonRole,
  setPersonRoles,
  setRoleRights,
  type Held,
  type RightsById,
} from './permission/rights.ts'
export { erasePerson, type Erased } from './privacy/erase.ts'
export { exportPerson } from './privacy/export.ts'
export { endHold, findHold, holdPerson, type Hold } from './privacy/holds.ts'
export { askErasure, findErasure, flat as erasureCounts, type Erasure } from './privacy/job.ts'
export { countPersons, listPersons, PERSON_SORTS, type ListedPerson, type PersonFilter, type PersonSort } from './person/person-list.ts'
export {
  addAddress,
  addPerson,
  editPerson,
  listAddresses,
  makeMainAddress,
  removeAddress,
  sendPasswordLink,
  setPasswordOf,
  type PersonForm,
} from './person/person-admin.ts'
export {
  createUnit,
  editUnit,
  findUnit,
  findUnitBySlug,
  listUnits,
  setUnitCalendar,
  unitsBelow,
  type Unit,
  type UnitForm,
} from './unit/units.ts'
export { down as unitsDown, ROOT_UNIT, upToAsk as unitsUp } from './unit/tree.ts'
export { route, type Routed, type RoutingTable } from './unit/route.ts'
export { routesOfTicket, sayRoute, type StoredRoute } from './unit/route-words.ts'
export { readRouting, receptionQueue, routeFor, routeReason, routesOf, setRoute, settle } from './unit/routing.ts'
export { createTopic, editTopic, listTopics, topicName, topicsOffered, type Topic, type TopicForm } from './unit/topics.ts'
export {
  choosePersonUnit,
  factsOf,
  listUnitRules,
  placeBy,
  placeEverybody,
  placePerson,
  RULE_KINDS,
  saveUnitRule,
  unitOfPerson,
  type PersonFacts,
  type PersonUnit,
  type RuleKind,
  type UnitRule,
  type UnitRuleForm,
} from './unit/placing.ts'
export { closeQueue, mainQueueOf, optIn, optOut, planHandOver, type HandOver } from './administration/opting.ts'
export { mayTouchPlugin, mayTouchSetting, readLimits, UNIT_LIMITS, unitLimits, type UnitLimits } from './unit/limits.ts'
export { brandInForce, unitFigures, type QueueFigures } from './unit/unit-figures.ts'
export { colourFits, contrast, findBrand, forDark, LOGO_LIMIT, saveBrand, tintOf, type Brand } from './unit/brand.ts'
export {
  addUnitAdministrator,
  administersUnit,
  demandUnitAdmin,
  isCentral,
  listAllUnitAdministrators,
  listUnitAdministrators,
  removeUnitAdministrator,
  rightsHeldIn,
  type UnitAdministrator,
} from './permission/unit-administrators.ts'
export { colleaguesIn, giveHat, groupsOfUnit, type Colleague, type UnitGroup } from './administration/unit-people.ts'
export { createQueue, editQueue, findAdminQueue, listAllQueues, orderQueues, type AdminQueue, type QueueForm } from './queue/queue-admin.ts'
export {
  createSystemAddress,
  editSystemAddress,
  findSystemAddress,
  listSystemAddresses,
  type SystemAddress,
  type SystemAddressForm,
} from './queue/system-addresses.ts'
export { comingHolidays, nextMoment, type ComingHoliday } from './calendar/coming-holidays.ts'
export { holidayCountries } from './calendar/holidays.ts'
export {
  createCalendar,
  DEFAULT_CALENDAR_NAME,
  editCalendar,
  findCalendar,
  listCalendars,
  type StoredCalendar,
} from './calendar/calendar-admin.ts'
export {
  createText,
  editText,
  findText,
  isTextType,
  listQueueTexts,
  listTexts,
  setQueueText,
  setStandardText,
  TEXT_TYPES,
  textVariants,
  type AutoText,
  type QueueTexts,
  type TextForm,
} from './mail/texts/text-admin.ts'
export { previewText, type TextPreview } from './mail/texts/text-preview.ts'
export { OUTCOMES } from './mail/judge/outcome.ts'
export {
  cancelOutbound,
  findInbound,
  findOutbound,
  INBOUND_SORTS,
  listInbound,
  listOutbound,
  OUTBOUND_SORTS,
  readInboundRaw,
  retryInbound,
  sendOutboundNow,
  type InboundDetail,
  type InboundMail,
  type InboundSort,
  type OutboundDetail,
  type OutboundMail,
  type OutboundSort,
} from './mail/desk/mail-list.ts'
export {
  createPart,
  editPart,
  findPart,
  listParts,
  PART_KINDS,
  PART_LENGTH,
  partsForTicket,
  partsOfQueue,
  setQueueParts,
  type AnswerPart,
  type PartForm,
  type PartKind,
} from './mail/texts/answer-parts.ts'
export {
  createTemplate,
  editTemplate,
  findTemplate,
  isTemplateType,
  listTemplates,
  TEMPLATE_TYPES,
  templateFiles,
  templatesForQueue,
  type AnswerTemplate,
  type TemplateForm,
} from './mail/texts/answer-templates.ts'
export { fillIn, type TextRoom } from './mail/texts/text-preview.ts'
export type { AnswerTemplateType } from './database/schema.ts'
export { deleteInbound, deliverInbound } from './mail/desk/inbound-admin.ts'
export {
  createFilter,
  deleteFilter,
  editFilter,
  FILTER_ROWS,
  findFilter,
  switchFilter,
  tryFilter,
  type FilterForm,
} from './mail/filters/filter-admin.ts'
export { MATCH_KEYS } from './mail/filters/filter-mail.ts'
export { saySet, type FilterResult, type MatchRow } from './mail/filters/filter-run.ts'
export { listFilters, type StoredFilter } from './mail/filters/filter.store.ts'
export { SETTABLE_HEADERS } from './mail/filters/otrs-headers.ts'
export { parseMail } from './mail/reading/parse.ts'
export { likelyEnvelope, type TriedMail, type TryEnvelope } from './mail/inbound/try-mail.ts'
export { mailTexts, type MailKey } from './mail/mail-texts.ts'
