/** Owns the tables of a source as its product and version has them: names, columns, types. Facts of compatibility, written anew. */

/** Products whose databases differ. */
export type MadeProduct = 'otrs5' | 'otrs6' | 'znuny7' | 'otobo10' | 'otobo11'
export type Dialect = 'mysql' | 'postgres'

export interface Column {
  name: string
  /** `s50` a text of up to 50 characters, `text` a long one, `lob` a text that MySQL keeps as bytes, `blob` bytes, `at` a moment. */
  type: string
  nullable: boolean
}
export interface Table {
  name: string
  columns: Column[]
}

/**
 * One line a table, by the names of OTRS 6; `?` may be null, `+` stands for create_time create_by change_time change_by, `v` for
 * valid_id, `c` for comments. What only some products have is named behind the line.
 */
const TABLES = `
valid id:small name:s191 +
users id:int login:s191 pw:s128 title:s50? first_name:s100 last_name:s100 v +
user_preferences user_id:int preferences_key:s150 preferences_value:lob?
groups id:int name:s191 c v +
group_user user_id:int group_id:int permission_key:s20 +
group_role role_id:int group_id:int permission_key:s20 permission_value:small +
group_customer customer_id:s150 group_id:int permission_key:s20 permission_value:small permission_context:s100 +
group_customer_user user_id:s100 group_id:int permission_key:s20 permission_value:small +
roles id:int name:s191 c v +
role_user user_id:int role_id:int +
personal_queues user_id:int queue_id:int
personal_services user_id:int service_id:int
customer_user id:int login:s191 email:s150 customer_id:s150 pw:s128? title:s50? first_name:s100 last_name:s100 phone:s150? fax:s150? mobile:s150? street:s150? zip:s200? city:s200? country:s200? c v +
customer_preferences user_id:s191 preferences_key:s150 preferences_value:s250?
customer_company customer_id:s150 name:s191 street:s200? zip:s200? city:s200? country:s200? url:s200? c v +
customer_user_customer user_id:s100 customer_id:s150 + | -otrs5
salutation id:small name:s191 text:text content_type:s250? c v +
signature id:small name:s191 text:text content_type:s250? c v +
system_address id:small value0:s200 value1:s200 value2:s200? value3:s200? queue_id:int c v +
follow_up_possible id:small name:s191 c v +
queue id:int name:s191 group_id:int unlock_timeout:int? first_response_time:int? first_response_notify:small? update_time:int? update_notify:small? solution_time:int? solution_notify:small? system_address_id:small calendar_name:s100? default_sign_key:s100? salutation_id:small signature_id:small follow_up_id:small follow_up_lock:small c v +
queue_preferences queue_id:int preferences_key:s150 preferences_value:s250?
auto_response_type id:small name:s191 c v +
auto_response id:int name:s191 text0:text? text1:text? type_id:small system_address_id:small content_type:s250? c v +
queue_auto_response id:int queue_id:int auto_response_id:int +
standard_template id:int name:s191 text:text? content_type:s250? template_type:s100 c v preselected_ticket_state_id:int? +
standard_attachment id:int name:s191 content_type:s250 content:blob filename:s250 c v +
standard_template_attachment id:int standard_attachment_id:int standard_template_id:int +
queue_standard_template queue_id:int standard_template_id:int +
ticket_type id:small name:s191 v +
service id:int name:s191 v c +
service_preferences service_id:int preferences_key:s150 preferences_value:s250?
service_customer_user customer_user_login:s191 service_id:int create_time:at create_by:int
sla id:int name:s191 calendar_name:s100? first_response_time:int first_response_notify:small? update_time:int update_notify:small? solution_time:int solution_notify:small? v c +
sla_preferences sla_id:int preferences_key:s150 preferences_value:s250?
service_sla service_id:int sla_id:int
ticket_state_type id:small name:s191 c +
ticket_state id:small name:s191 c type_id:small v +
ticket_priority id:small name:s191 v +
ticket_lock_type id:small name:s191 v +
ticket_history_type id:small name:s191 c v +
ticket id:big tn:s50 title:s191? queue_id:int ticket_lock_id:small type_id:small? service_id:int? sla_id:int? user_id:int responsible_user_id:int ticket_priority_id:small ticket_state_id:small customer_id:s150? customer_user_id:s191? timeout:int until_time:int escalation_time:int escalation_update_time:int escalation_response_time:int escalation_solution_time:int archive_flag:small +
ticket_flag ticket_id:big ticket_key:s50 ticket_value:s50? create_time:at create_by:int
ticket_watcher ticket_id:big user_id:int +
ticket_history id:big name:s200 history_type_id:small ticket_id:big article_id:big? type_id:small queue_id:int owner_id:int priority_id:small state_id:small +
ticket_number_counter id:big counter:big counter_uid:s32 create_time:at? | -otrs5
ticket_loop_protection sent_to:s191 sent_date:s150
ticket_index ticket_id:big queue_id:int queue:s191 group_id:int s_lock:s200 s_state:s200 create_time:at
communication_channel id:big name:s191 module:s200 package_name:s200 channel_data:lob v + | -otrs5
article_sender_type id:small name:s191 c v +
article id:big ticket_id:big article_sender_type_id:small communication_channel_id:big is_visible_for_customer:small search_index_needs_rebuild:small insert_fingerprint:s64? +
article_data_mime id:big article_id:big a_from:text? a_reply_to:text? a_to:text? a_cc:text? a_bcc:text? a_subject:text? a_message_id:text? a_message_id_md5:s32? a_in_reply_to:text? a_references:text? a_content_type:s250? a_body:text? incoming_time:int content_path:s250? +
article_data_mime_plain id:big article_id:big body:blob +
article_data_mime_attachment id:big article_id:big filename:s250? content_size:s30? content_type:text? content_id:s250? content_alternative:s50? disposition:s15? content:blob? +
article_data_mime_send_error id:big article_id:big message_id:s191? log_message:text? create_time:at | -otrs5
article_data_otrs_chat id:big article_id:big chat_participant_id:s255 chat_participant_name:s255 chat_participant_type:s255 message_text:text? system_generated:small create_time:at | -otrs5
article_flag article_id:big article_key:s50 article_value:s50? create_time:at create_by:int
article_color id:int name:s191 color:s10 + | znuny7
article_version id:big ticket_id:big? article_sender_type_id:small? communication_channel_id:big? is_visible_for_customer:small? search_index_needs_rebuild:small? insert_fingerprint:s64? create_time:at? create_by:int? change_time:at? change_by:int? source_article_id:big version_create_by:int version_create_time:at article_delete:int? | otobo11
article_data_mime_version id:big article_id:big a_from:text? a_reply_to:text? a_to:text? a_cc:text? a_bcc:text? a_subject:text? a_message_id:text? a_message_id_md5:s32? a_in_reply_to:text? a_references:text? a_content_type:s250? a_body:text? incoming_time:int content_path:s250? + | otobo11
article_data_mime_att_version id:big article_id:big filename:s250? content_size:s30? content_type:text? content_id:s250? content_alternative:s50? disposition:s15? content:blob? + | otobo11
article_version_history id:big history_id:big article_id:big | otobo11
time_accounting id:big ticket_id:big article_id:big? time_unit:dec +
time_accounting_version id:big ticket_id:big article_id:big? time_unit:dec + | otobo11
link_type id:small name:s50 v +
link_state id:small name:s50 v +
link_object id:small name:s100
link_relation source_object_id:small source_key:s50 target_object_id:small target_key:s50 type_id:small state_id:small create_time:at create_by:int
dynamic_field id:int internal_field:small name:s191 label:s200 field_order:int field_type:s200 object_type:s100 config:lob? v +
dynamic_field_value id:big field_id:int object_id:big value_text:text? value_date:at? value_int:big? index_value:small? index_set:small?
dynamic_field_obj_id_name object_id:int object_name:s191 object_type:s100 | -otrs5
notification_event id:int name:s191 v c +
notification_event_item notification_id:int event_key:s191 event_value:s191
notification_event_message id:int notification_id:int subject:s200 text:text content_type:s250 language:s60
postmaster_filter f_name:s191 f_stop:small? f_type:s20 f_key:s200 f_value:s200 f_not:small?
mail_account id:int login:s200 pw:s200 host:s200 account_type:s20 queue_id:int trusted:small imap_folder:s250? c v + authentication_type:s100?|znuny7 oauth2_token_config_id:int?|znuny7
acl id:int name:s191 comments:s250? description:s250? v stop_after_match:small? config_match:lob? config_change:lob? +
generic_agent_jobs job_name:s191 job_key:s200 job_value:s200?
pm_process id:int entity_id:s50 name:s191 state_entity_id:s50 layout:lob config:lob +
pm_activity id:int entity_id:s50 name:s191 config:lob +
pm_activity_dialog id:int entity_id:s50 name:s191 config:lob +
pm_transition id:int entity_id:s50 name:s191 config:lob +
pm_transition_action id:int entity_id:s50 name:s191 config:lob +
gi_webservice_config id:int name:s191 config:lob v +
gi_webservice_config_history id:big config_id:int config:lob config_md5:s32 +
calendar id:big group_id:int name:s191 salt_string:s64 color:s7 ticket_appointments:lob? v + | -otrs5
calendar_appointment id:big parent_id:big? calendar_id:big unique_id:s255 title:s255 description:text? location:s255? start_time:at end_time:at all_day:small? team_id:text? resource_id:text? recurring:small? recur_type:s20? recur_freq:s255? recur_count:int? recur_interval:int? recur_until:at? recur_id:at? recur_exclude:text? ticket_appointment_rule_id:s32? create_time:at? create_by:int? change_time:at? change_by:int? | -otrs5
calendar_appointment_ticket calendar_id:big ticket_id:big rule_id:s32 appointment_id:big | -otrs5
xml_storage xml_type:s200 xml_key:s250 xml_content_key:s250 xml_content_value:text?
search_profile login:s191 profile_name:s191 profile_type:s30 profile_key:s200 profile_value:s200?
form_draft id:int object_type:s100 object_id:int action:s191 title:s255? content:blob + | -otrs5
sysconfig_default id:int name:s191 is_valid:small effective_value:lob + | -otrs5
sysconfig_modified id:int sysconfig_default_id:int name:s191 user_id:int? is_valid:small effective_value:lob reset_to_default:small + | -otrs5
system_data data_key:s160 data_value:lob? +
translation_item id:big language:s50 content:text translation:text flag:s1 create_by:int create_time:at change_by:int change_time:at | otobo10 otobo11
frontend_mask_definition mask:s80 definition:lob dynamic_field:lob create_time:at create_by:int | otobo11
dynamic_field_script_event id:int field_id:int event:s191 | otobo11
stats_report id:int name:s191 config:lob config_md5:s32 v +
sessions id:big session_id:s100 data_key:s100 data_value:text? serialized:small?
smime_signer_cert_relations id:int cert_hash:s8 cert_fingerprint:s59 ca_hash:s8 ca_fingerprint:s59 +
faq_language id:small name:s200
faq_state_type id:small name:s200
faq_state id:small name:s200 type_id:int
faq_category id:int parent_id:int name:s200 c v created:at created_by:int changed:at changed_by:int
faq_category_group id:int category_id:int group_id:int created:at? created_by:int? changed:at? changed_by:int?
faq_item id:int f_number:s200 f_subject:s200? f_name:s200 f_language_id:small state_id:small category_id:small approved:small v content_type:s250 f_keywords:text? f_field1:text? f_field2:text? f_field3:text? f_field4:text? f_field5:text? f_field6:text? valid_until:at?|znuny7 created:at created_by:int changed:at changed_by:int
faq_attachment id:big faq_id:big filename:s250? content_size:s30? content_type:s250? content:blob inlineattachment:small created:at created_by:int changed:at changed_by:int
faq_history id:int name:s200 item_id:int created:at created_by:int changed:at changed_by:int
faq_log id:big item_id:int interface:s80 ip:s200? user_agent:s200? created:at
faq_voting id:big created_by:s200 item_id:int interface:s80? ip:s50? rate:int created:at?
`

/** Every table that a product has, by its own names. */
export function tablesOf(product: MadeProduct): Table[] {
  return TABLES.trim()
    .split('\n')
    .map((line) => line.split(' | '))
    .filter(([, only]) => !only || (only.startsWith('-') ? only !== `-${product}` : only.split(' ').includes(product)))
    .map(([line]) => {
      const [name, ...columns] = line!.split(' ')
      return own(product, { name: name!, columns: columns.flatMap((column) => columnsOf(product, column)) })
    })
}

function columnsOf(product: MadeProduct, token: string): Column[] {
  if (token === '+') return ['create_time:at', 'create_by:int', 'change_time:at', 'change_by:int'].flatMap((one) => columnsOf(product, one))
  if (token === 'v') return columnsOf(product, 'valid_id:small')
  if (token === 'c') return columnsOf(product, 'comments:s250?')
  const [column, only] = token.split('|')
  if (only && only !== product) return []
  const [name, type] = column!.split(':')
  return [{ name: name!, type: type!.replace('?', ''), nullable: type!.endsWith('?') }]
}

/** What a product calls otherwise, has beside, or keeps elsewhere. */
function own(product: MadeProduct, table: Table): Table {
  const named = (name: string) => ({ ...table, name })
  const without = (...names: string[]) => ({ ...table, columns: table.columns.filter((column) => !names.includes(column.name)) })
  const otobo = product.startsWith('otobo')
  const added = (...tokens: string[]) => ({
    ...table,
    columns: [...table.columns, ...tokens.flatMap((token) => columnsOf(product, token))],
  })
  switch (table.name) {
    case 'groups':
      return otobo ? named('groups_table') : product === 'znuny7' ? named('permission_groups') : table
    case 'article_data_otrs_chat':
      return otobo ? named('article_data_otobo_chat') : table
    case 'group_user':
      return product === 'otrs5' ? added('permission_value:small') : table
    case 'standard_template':
      return otobo ? table : without('preselected_ticket_state_id')
    case 'dynamic_field_value':
      return product === 'otobo11' ? table : without('index_value', 'index_set')
    case 'ticket_state':
    case 'ticket_priority':
      return product === 'znuny7' ? added('color:s10?') : table
    case 'ticket':
      return product === 'otrs5' ? added('create_time_unix:big') : table
    case 'article_data_mime':
      // Up to version 5 it is one table with the article.
      return product === 'otrs5' ? { name: '', columns: [] } : table
    case 'article_data_mime_plain':
      return product === 'otrs5' ? named('article_plain') : table
    case 'article_data_mime_attachment':
      return product === 'otrs5' ? named('article_attachment') : table
    case 'article':
      return product === 'otrs5'
        ? {
            name: 'article',
            columns:
              'id:big ticket_id:big article_type_id:small article_sender_type_id:small a_from:text? a_reply_to:text? a_to:text? a_cc:text? a_subject:text? a_message_id:text? a_message_id_md5:s32? a_in_reply_to:text? a_references:text? a_content_type:s250? a_body:text? incoming_time:int content_path:s250? v +'
                .split(' ')
                .flatMap((token) => columnsOf(product, token)),
          }
        : table
    default:
      return table
  }
}

/** Of OTRS 5: what an article is, in the order of their ids; the channel and visibility that version 6 makes of each. */
export const ARTICLE_TYPES: readonly [name: string, channel: string, visible: 0 | 1][] = [
  ['email-external', 'Email', 1],
  ['email-internal', 'Email', 0],
  ['email-notification-ext', 'Email', 1],
  ['email-notification-int', 'Email', 0],
  ['phone', 'Phone', 1],
  ['fax', 'Internal', 1],
  ['sms', 'Internal', 1],
  ['webrequest', 'Internal', 1],
  ['note-internal', 'Internal', 0],
  ['note-external', 'Internal', 1],
  ['note-report', 'Internal', 0],
  ['chat-external', 'Chat', 1],
  ['chat-internal', 'Chat', 0],
]

/** `create table` with the keys that reading needs; without foreign keys, which an old MyISAM table had none of either. */
export function createTable(table: Table, dialect: Dialect): string {
  const key = table.columns[0]!.name === 'id' ? ', primary key (id)' : ''
  const columns = table.columns.map(
    (column) => `${quoted(column.name, dialect)} ${sqlType(column, dialect)}${column.nullable ? '' : ' not null'}`,
  )
  return `create table ${quoted(table.name, dialect)} (${columns.join(', ')}${key})`
}
/** The index on what rows of tickets are looked up by. */
export const createIndexes = (table: Table, dialect: Dialect): string[] =>
  ['ticket_id', 'article_id', 'object_id', 'change_time']
    .filter(
      (name) => /^(article|ticket|time_acc|dynamic_field_value)/.test(table.name) && table.columns.some((column) => column.name === name),
    )
    .map((name) => `create index ${table.name}_${name} on ${quoted(table.name, dialect)} (${name})`)

export const quoted = (name: string, dialect: Dialect): string => (dialect === 'mysql' ? `\`${name}\`` : `"${name}"`)

function sqlType({ type }: Column, dialect: Dialect): string {
  const mysql = dialect === 'mysql'
  if (/^s\d+$/.test(type)) return `varchar(${type.slice(1)})`
  switch (type) {
    case 'small':
      return 'smallint'
    case 'int':
      return 'integer'
    case 'big':
      return 'bigint'
    case 'dec':
      return 'decimal(10,2)'
    case 'at':
      return mysql ? 'datetime' : 'timestamp(0) without time zone'
    case 'text':
      return mysql ? 'mediumtext' : 'text'
    // PostgreSQL holds what bytes there are as base64, and the other long texts as they are.
    case 'lob':
    case 'blob':
      return mysql ? 'longblob' : 'text'
    default:
      throw new Error(`no type ${type}`)
  }
}
