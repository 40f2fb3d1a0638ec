/** Owns what page-writing plugins get from core's web: whole pages, forms, fragments, parts. */
export { flash } from './flash.ts'
export { blankForm, MAX_FILES, readAll, readFields, readFiles, readForm, sayRefusal, withRefusal, type FormState, type Posted } from './forms.ts'
export { fragmentTarget, hx, isFragment, respond, type Hx } from './hx.ts'
export { webTexts } from './i18n/web-texts.ts'
export { page, type Frame, type PageWish } from './page.tsx'
export { ownPath } from './preferences.ts'
export { clientOf, demandAgent, demandLogin, keepSession, logOut, sessionToken } from './session.ts'
export * from './parts/index.ts'
