/** Owns the door `pomoc/pages`: forms, parts and frames of pages. */

// The contract
export { floodAnswer } from './web/floods.ts'
export { inProject } from './web/wire/static-files.ts'

// Pages
export { sendAttachment } from './web/attachment.ts'
export { csvAnswer } from './web/csv.ts'
export { DraftLine, KeepsField, KeptFileBoxes, KeptFiles, KeptMarks, type KeptFormProps } from './web/drafts/draft-parts.tsx'
export { chooseDraft, demandKept, keepPosted, readAttachments, sendKept } from './web/drafts/kept-form.ts'
export { flash } from './web/flash.ts'
export {
  blankForm,
  readAll,
  readFields,
  readFiles,
  readForm,
  readOwnFields,
  sayRefusal,
  withOwnFields,
  withRefusal,
  type FormState,
} from './web/forms.ts'
export type { Flash } from './web/flash.ts'
export { FieldPreview, FieldSettings, readFieldSettings, sayFieldType } from './web/about/field-settings.tsx'
export { fieldRoom, FieldsOf, OwnFields, ownFieldIds, ownFieldLabels, ownFieldNames } from './web/about/own-fields.tsx'
export { afterwards } from './web/afterwards.ts'
export { fragment, hx, isFragment, respond } from './web/hx.ts'
export { webTexts } from './web/i18n/web-texts.ts'
export { page, type Frame, type PageWish } from './web/page.tsx'
export { ownPath } from './web/address.ts'
export { statusOf, submit } from './web/submit.ts'
export {
  clientOf,
  demandAgent,
  demandLogin,
  findSessionActor,
  halfSession,
  keepSession,
  logOut,
  SECOND_FACTOR_PATH,
  sessionToken,
  siteOf,
} from './web/session.ts'
export { Preferences } from './web/parts/top-bar.tsx'
export { agentPage } from './web/parts/agent-page.tsx'
export { AbsenceFields, readAbsence, sayAbsence } from './web/parts/absence.tsx'
export { ArticleCard, AttachmentChip, headerName } from './web/parts/article-card.tsx'
export { AssuranceLine, AssuranceMark, sayAssurance, sayMailRule } from './web/parts/assurance.tsx'
export { Avatar } from './web/parts/avatar.tsx'
export {
  ActButton,
  Button,
  ButtonLink,
  Checkbox,
  CsrfField,
  Field,
  Files,
  FormProblems,
  Key,
  Select,
  sendWords,
  TextArea,
  type Choice,
} from './web/parts/fields.tsx'
export { DeadlineFields, QueueTimeFields, readQueueTimes, sayDeadlines } from './web/about/deadline-fields.tsx'
export { readService, ServiceFields } from './web/about/service-fields.tsx'
export { readSla, SlaFields } from './web/about/sla-fields.tsx'
export { Boxes, MeaningLine, MeaningWords, readRuleValues, RuleFilterFields, ruleFieldId, type Meaning } from './web/about/rule-filter.tsx'
export { choicesFor, ruleChoices, sayRuleFilter, type RuleChoices } from './web/about/rule-words.ts'
export { ruleTexts } from './web/about/rule-texts.ts'
export { findBeside, FoundBeside } from './web/parts/found.tsx'
export { TagList } from './web/parts/tag-list.tsx'
export { Crumb, FormCard } from './web/parts/form-card.tsx'
export { NewPassword } from './web/parts/new-password.tsx'
export { Card, EmptyState, Menu, Notice, PageHead, Pager, SideList, Tabs } from './web/parts/layout.tsx'
export { LiveRegion } from './web/parts/live-region.tsx'
export { MessageText } from './web/parts/message-text.tsx'
export { PlainForm } from './web/parts/plain-form.tsx'
export { SettingFields, typedSettings } from './web/parts/setting-fields.tsx'
export { sayAnyway, SeenField, SinceList } from './web/parts/since.tsx'
export { saySize } from './web/parts/size.ts'
export { tryingDeadlines } from './web/about/try-deadlines.tsx'
export { DeadlineTable, DeadlineWords, recountNote, sayRoomOf } from './web/about/deadlines.tsx'
export { Badge, sayStateName, StateBadge, toneOf, type Tone } from './web/parts/state.tsx'
export { readValidity, sayValidity, validityChoices, ValidityCell, ValiditySelect } from './web/parts/validity.tsx'
export { validityOf } from './audit/validity.ts'
export { plainTime, Time } from './web/parts/time.tsx'
