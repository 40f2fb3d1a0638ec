/** Owns the list of page parts. */
export { AbsenceFields, readAbsence, sayAbsence } from './absence.tsx'
export { ArticleCard, AttachmentChip, headerAddress, headerName, type ArticleCardProps } from './article-card.tsx'
export { AssuranceLine, AssuranceMark, sayAssurance, sayMailRule } from './assurance.tsx'
export { Avatar, initials } from './avatar.tsx'
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
  TextArea,
  type Choice,
  type InputType,
} from './fields.tsx'
export { findBeside, FoundBeside } from './found.tsx'
export { Crumb, FormCard, type FormCardProps } from './form-card.tsx'
export { Card, EmptyState, Menu, Notice, PageHead, Pager, SideList, Tabs, UndoBar, type Tab } from './layout.tsx'
export { LiveRegion, LiveSource } from './live-region.tsx'
export { linkify, MessageText, splitQuoted } from './message-text.tsx'
export { SettingFields, typedSettings } from './setting-fields.tsx'
export { saySize } from './size.ts'
export { Badge, sayState, sayStateName, StateBadge, toneOf, type Stated, type Tone } from './state.tsx'
export { plainTime, Time } from './time.tsx'
