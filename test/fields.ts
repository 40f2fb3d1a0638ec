/** Owns the forms of fields as tests make them: one that is asked for nowhere, unless a test says otherwise. */
import type { FieldConfig } from '../core/field/config.ts'
import type { FieldForm } from '../core/field/field-admin.ts'

export const aConfig = (more: Partial<FieldConfig> = {}): FieldConfig => ({
  initial: [],
  values: [],
  none: false,
  tree: false,
  patterns: [],
  rows: 0,
  years: null,
  only: null,
  ...more,
})

export const aField = (name: string, config: Partial<FieldConfig> = {}, more: Partial<FieldForm> = {}): FieldForm => ({
  name,
  label: name,
  labelEn: '',
  sort: 0,
  valid: true,
  config: aConfig(config),
  rules: [],
  ...more,
})
