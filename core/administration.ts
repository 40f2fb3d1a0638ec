/** Owns the door `pomoc/administration`: what the pages of central and local administration use. */

// The contract
export { listActivations } from './administration/plugin-admin.ts'
export { forgetFaults, resumePlugin } from './administration/plugin-admin.ts'
export { listFaults, listSuspensions, type FaultRow, type Suspension } from './kernel/faults.ts'
export { dropDeadJob, listDeadJobs, retryDeadJob, retryDeadJobs, type DeadJob } from './administration/replay.ts'
export { saveSettingsForm, settingsForm, type SettingField } from './administration/settings-form.ts'
export { version } from './machine/project.ts'

// Languages and texts
export { asLanguage, firstIn, languageFor, LANGUAGES, languagesToTry } from './i18n/languages.ts'

// Who may what
export { explainRight, type Explanation } from './explain/explain.ts'

// Fields of the installation's own
export { createField, editField, removeField, type FieldForm } from './field/field-admin.ts'
export { findField } from './field/fields.ts'
export { countUsed } from './field/values.ts'
export { NATIVE_TYPES } from './field/types.ts'

// Calendars
export { WEEKDAYS } from './calendar/calendar.ts'
export { fieldsOfCalendar, readCalendar } from './calendar/calendar-fields.ts'
export { sayCalendarProblems } from './calendar/calendar-form-admin.ts'
export { sayPeriods } from './calendar/words.ts'

// Mail
export { readAddressBook } from './mail/addresses.ts'

// Pages
export { resetSecondFactor } from './person/second-factor.ts'

// Administration
export { allSubjects, pageOfSubject } from './administration/subjects.ts'
export {
  CHANGES as CHANGE_KINDS,
  flatLines,
  learnNames,
  readerOf,
  sayLines,
  sayNoWayBack,
  sayObject,
  sayStopped,
  saying,
  sayWho,
  subjectTypes,
  type Line as ChangeLine,
  type Saying,
} from './administration/words.ts'
export { canRevert, isUnitsAffair, revertChange, revertEvent, whyNoWayBack } from './administration/revert.ts'
export { AUDIT_KINDS } from './audit/record.ts'
export { AUDIT_SORTS, findEvent, type AuditEvent, type AuditSort } from './administration/log.ts'
export { CORE_SETTINGS, countSettings, OWN_SETTINGS, saveSettings } from './administration/setting-admin.ts'
export { readStatus } from './database/status.ts'
export type {
  AgentMail,
  Assurance,
  AutoResponseType,
  FollowUpPossible,
  FollowUpStrangers,
  InboundState,
  OutboundState,
} from './database/schema.ts'
export { ADMIN_GROUP, listAdministrators } from './permission/administrators.ts'
export { createGroup, editGroup, findGroup, listGroups, type Group } from './permission/groups.ts'
export { createRole, editRole, findRole, type Role } from './permission/roles.ts'
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
  type RightsById,
} from './permission/rights.ts'
export {
  companyChoices,
  COMPANY_CODE_LENGTH,
  COMPANY_TICKETS_COUNTED,
  createCompany,
  editCompany,
  findCompany,
  listCompanies,
  removeCompany,
  type Company,
  type CompanyForm,
} from './company/companies.ts'
export { personsOfCompany, setPersonCompanies } from './company/person-companies.ts'
export { addFurtherLogin, listFurtherLogins, removeFurtherLogin } from './person/known/further-logins.ts'
export { aboutErasure, type ErasureAbout } from './privacy/about.ts'
export {
  acceptNomination,
  appoint,
  declineNomination,
  findNomination,
  listNominations,
  withdrawNomination,
  type Nomination,
} from './permission/nominations.ts'
export { mayFindPerson } from './permission/own-people.ts'
export { exportPerson } from './privacy/export.ts'
export { endHold, findHold, holdPerson } from './privacy/holds.ts'
export { askErasure, findErasure, type Erasure } from './privacy/job.ts'
export { countPersons, listPersons, PERSON_SORTS, type ListedPerson, type PersonSort } from './person/person-list.ts'
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
export { editPersonWhoLeads, undoLeaving, type HandTo } from './administration/leaving.ts'
export { ledByGone, ledByQueue } from './permission/to-take.ts'
export type { HandedOn } from './ticket/change/hand-on.ts'
export { editUnit, setUnitCalendar, unitsBelow, type UnitForm } from './unit/units.ts'
export { routesOfTicket } from './unit/route-words.ts'
export { routeFor, routesOf } from './unit/routing.ts'
export { editTopic, type Topic, type TopicForm } from './unit/topics.ts'
export { factsOf, listUnitRules, placeBy, placeEverybody, RULE_KINDS, saveUnitRule, type RuleKind, type UnitRule } from './unit/placing.ts'
export { closeQueue, mainQueueOf, optOut, planHandOver } from './administration/opting.ts'
export {
  mayTouchPlugin,
  mayTouchSetting,
  mayTouchUnitSetting,
  readLimits,
  UNIT_LIMITS,
  unitLimits,
  type UnitLimits,
} from './unit/limits.ts'
export { brandInForce, unitFigures } from './unit/unit-figures.ts'
export { contrast, findBrand, forDark, LOGO_LIMIT, saveBrand, tintOf } from './unit/brand.ts'
export {
  administersUnit,
  listAllUnitAdministrators,
  listUnitAdministrators,
  removeUnitAdministrator,
  rightsHeldIn,
} from './permission/unit-administrators.ts'
export { colleaguesIn, groupsOfUnit, type UnitGroup } from './administration/unit-people.ts'
export { createQueue, editQueue, findAdminQueue, listAllQueues, orderQueues, type AdminQueue, type QueueForm } from './queue/queue-admin.ts'
export {
  createPriority,
  editPriority,
  findPriority,
  listAllPriorities,
  NORMAL_PRIORITY,
  type TicketPriority,
} from './service/ticket-priorities.ts'
export {
  createState,
  editState,
  findAnyState,
  isNeededState,
  listAllStates,
  STATE_TYPES_TO_MAKE,
  type TicketState,
} from './service/ticket-states.ts'
export { createType, editType, findType, listTypes, type TicketType } from './service/ticket-types.ts'
export {
  createService,
  editService,
  findService,
  listServices,
  personIdsNamed,
  personsOfService,
  servicesAround,
  servicesOffered,
  type AdminService,
} from './service/service-admin.ts'
export { createSla, editSla, findSla, listSlas, type AdminSla } from './service/sla-admin.ts'
export { ticketsBy } from './service/used-by.ts'
export { createSystemAddress, findSystemAddress, type SystemAddress } from './queue/system-addresses.ts'
export { comingHolidays, nextMoment } from './calendar/coming-holidays.ts'
export { holidayCountries } from './calendar/holidays.ts'
export {
  calendarsOffered,
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
  type TextForm,
} from './mail/texts/text-admin.ts'
export { demandKnownTags } from './mail/texts/smart-tags.ts'
export { previewText, type TextPreview } from './mail/texts/text-preview.ts'
export { OUTCOMES } from './mail/judge/outcome.ts'
export {
  cancelOutbound,
  findInbound,
  findOutbound,
  amongNewest,
  INBOUND_SORTS,
  listInbound,
  listOutbound,
  NEWEST_MAILS,
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
  partsOfQueue,
  setQueueParts,
  type AnswerPart,
  type PartKind,
} from './mail/texts/answer-parts.ts'
export { createTemplate, editTemplate, isTemplateType, listTemplates, TEMPLATE_TYPES, USED_TYPES } from './mail/texts/answer-templates.ts'
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
export { likelyEnvelope, type TriedMail } from './mail/inbound/try-mail.ts'
export { ownAddressIsTaken } from './mail/addresses.ts'
export { checksSenders } from './mail/judge/assurance/look-up.ts'

// Pages
export {
  everyRow,
  listAnswer,
  Main,
  pick,
  readList,
  switchColumn,
  type List,
  type ListColumn,
  type ListFilter,
  type ListOptions,
  type ListQuery,
} from './web/administration/list.tsx'
export { administrationPage, Beside, enterAdministration, Fields, type Administration } from './web/administration/frame.tsx'
