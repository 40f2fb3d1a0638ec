/** Owns what page-writing plugins get from core's web: whole pages, forms, fragments, parts. */
export { readJson, type ApiError } from './api.ts'
export { sendAttachment } from './attachment.ts'
export { csvAnswer, csvLine } from './csv.ts'
export { flash } from './flash.ts'
export {
  blankForm,
  MAX_FILES,
  readAll,
  readFields,
  readFiles,
  readForm,
  sayRefusal,
  withRefusal,
  type FormState,
  type Posted,
} from './forms.ts'
export { fragment, fragmentTarget, hx, isFragment, respond, type Hx } from './hx.ts'
export { webTexts } from './i18n/web-texts.ts'
export { page, type Frame, type PageWish } from './page.tsx'
export { ownPath } from './preferences.ts'
export { statusOf, submit } from './submit.ts'
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
} from './session.ts'
export { Preferences } from './parts/top-bar.tsx'
export * from './parts/index.ts'
