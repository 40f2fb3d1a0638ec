/** Owns what becomes of each table of a source: taken over, kept as it came, or passed over since it holds nobody's data. */

export type Fate = 'taken' | 'kept' | 'passed'

/** By the names of OTRS 6. What is not here an add-on brought: its rows are counted and told. */
const TAKEN = `
  valid users user_preferences groups group_user group_role roles role_user personal_queues personal_services
  customer_user customer_preferences customer_company customer_user_customer
  salutation signature system_address follow_up_possible queue queue_preferences auto_response_type auto_response queue_auto_response
  standard_template standard_attachment standard_template_attachment queue_standard_template
  ticket_type service service_customer_user service_sla service_preferences sla sla_preferences
  ticket_state_type ticket_state ticket_priority ticket_lock_type ticket_history_type
  ticket ticket_flag ticket_watcher ticket_history ticket_number_counter ticket_loop_protection
  article_sender_type communication_channel article_type article article_data_mime article_data_mime_plain article_data_mime_attachment
  article_data_mime_send_error article_data_otrs_chat article_flag article_plain article_attachment article_color
  article_version article_data_mime_version article_data_mime_att_version article_version_history article_flag_version time_accounting_version
  time_accounting link_type link_state link_object link_relation dynamic_field dynamic_field_value dynamic_field_obj_id_name
  postmaster_filter faq_language faq_state_type faq_state faq_category faq_category_group faq_item faq_attachment faq_history faq_log
  faq_voting faq_service`

/** Kept whole with a page to read them; what is secret in them is blanked before. */
const KEPT = `
  group_customer group_customer_user notification_event notification_event_item notification_event_message acl generic_agent_jobs
  pm_process pm_activity pm_activity_dialog pm_transition pm_transition_action pm_sequence_flow pm_sequence_flow_action
  gi_webservice_config gi_webservice_config_history calendar calendar_appointment calendar_appointment_ticket
  appointment_calendar xml_storage stats_report search_profile sysconfig_modified mail_account
  translation_item frontend_mask_definition dynamic_field_script_event smime_signer_cert_relations smime_keys pgp_keys`

const PASSED = `
  ticket_index ticket_lock_index article_search_index article_search article_data_search sessions cloud_service_config data_storage
  form_cache form_draft web_upload_cache process_id package_repository mail_queue system_data system_maintenance acl_sync pm_entity_sync
  sysconfig_default sysconfig_default_version sysconfig_modified_version sysconfig_deployment sysconfig_deployment_lock
  change_notification_message oauth2_token oauth2_token_config activity`
const PASSED_BEGIN = ['communication_log', 'scheduler_', 'gi_debugger', 'gi_object_lock', 'imexport_', 'virtual_fs', 'cip_', 'sysconfig_']

const words = (text: string) => new Set(text.trim().split(/\s+/))
const [taken, kept, passed] = [words(TAKEN), words(KEPT), words(PASSED)]

/** Undefined: nobody here knows the table. */
export function fateOf(table: string): Fate | undefined {
  if (taken.has(table)) return 'taken'
  if (kept.has(table)) return 'kept'
  return passed.has(table) || PASSED_BEGIN.some((begin) => table.startsWith(begin)) ? 'passed' : undefined
}

/** As OTRS 6 calls it. */
export function commonName(table: string): string {
  if (table === 'groups_table' || table === 'permission_groups') return 'groups'
  return table === 'article_data_otobo_chat' ? 'article_data_otrs_chat' : table
}
