import { expect, it } from 'vitest'
import { sayParts } from './say.ts'

it.each([
  [
    { Properties: { Queue: { Name: ['Raw', '[RegExp]^IT'] } }, PropertiesDatabase: { DynamicField: { DynamicField_Budynek: ['A'] } } },
    'Queue (Queue.Name, what stands in the form): Raw, [RegExp]^IT; Field (DynamicField.DynamicField_Budynek, what is stored): A',
  ],
  [
    { PossibleNot: { Ticket: { Priority: ['1 very low'] }, Action: ['AgentTicketMove'] } },
    'not these: Priority (Ticket.Priority): 1 very low; not these: Acts (Action): AgentTicketMove',
  ],
  [{}, ''],
])('an ACL in words: %j', (part, said) => {
  expect(sayParts(part, { language: 'en' })).toBe(said)
})
