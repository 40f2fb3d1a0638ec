import { describe, expect, it } from 'vitest'
import { articleFits } from './article-filter.ts'
import type { ArticleFilter } from './rule.ts'

const article = {
  senderType: 'customer',
  visible: true,
  channel: 'email',
  from: 'Anna Nowak <anna@uni.example>',
  to: 'pomoc@uni.example',
  cc: '',
  bcc: '',
  subject: 'AWARIA sieci (A.1)',
  body: 'Od rana.',
  attachments: [{ name: 'Zrzut.PNG' }],
} as Parameters<typeof articleFits>[1]

describe('which articles', () => {
  it.each<[ArticleFilter, boolean]>([
    [{}, true],
    [{ senderTypes: ['customer'] }, true],
    [{ senderTypes: ['agent', 'system'] }, false],
    [{ visible: true }, true],
    [{ visible: false }, false],
    [{ channels: ['email', 'web'] }, true],
    [{ channels: ['phone'] }, false],
    [{ subject: ['awaria'] }, true],
    [{ subject: ['a.aria'] }, false],
    [{ subject: ['(a.1)'] }, true],
    [{ subject: ['nie ma', 'SIECI'] }, true],
    [{ from: ['ANNA@'], to: ['pomoc'], body: ['rana'] }, true],
    [{ from: ['ANNA@'], body: ['wieczora'] }, false],
    [{ cc: ['x'] }, false],
    [{ attachmentName: ['.png'] }, true],
    [{ attachmentName: ['.pdf'] }, false],
  ])('%j', (filter, fits) => {
    expect(articleFits(filter, article)).toBe(fits)
  })
})
