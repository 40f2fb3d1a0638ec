/** Owns the tables of logging in beyond a password: what a directory knows of persons, browsers they used, second factors. */
import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `create table person_directory (                    -- one entry a person: what rules for units and roles may look at
    person_id bigint primary key references person on delete cascade,
    directory text not null,                         -- its name in the configuration
    entry_id text not null,                          -- entryUUID, objectGUID …: stays when login, name or DN change
    dn text not null,
    attributes jsonb not null default '{}',          -- name → values, those that the configuration keeps
    groups text[] not null default '{}',             -- DNs of its groups, nested ones too
    given_addresses text[] not null default '{}',   -- what the directory gave it also takes away, and nothing else
    given_agent boolean not null default false,
    given_roles bigint[] not null default '{}',
    off_since timestamptz,                           -- the directory no longer has it, or says it is disabled
    seen_at timestamptz not null,
    unique (directory, entry_id)
  )`,
  `create table person_device (                       -- browsers in which a person has logged in
    person_id bigint not null references person on delete cascade,
    token_hash bytea not null,
    last_used_at timestamptz not null,
    primary key (person_id, token_hash)
  )`,
  'create index person_device_used on person_device (last_used_at)',
  `create table second_factor (
    person_id bigint primary key references person on delete cascade,
    secret text not null,                            -- base32, as the app holds it
    confirmed_at timestamptz,                        -- null: shown to the person, not yet tried
    last_step bigint not null default 0,             -- the latest step of 30 seconds whose code was used: no code twice
    created_at timestamptz not null
  )`,
  `create table recovery_code (
    person_id bigint not null references second_factor on delete cascade,
    code_hash bytea not null,
    used_at timestamptz,
    primary key (person_id, code_hash)
  )`,
  'alter table role add column second_factor boolean not null default false', // who wears it needs a second factor
  'alter table session add column waits_for_code boolean not null default false', // the password was right, the code is still to come
  'alter table login_attempt add column refused boolean not null default false', // too many: it was not looked at
  `alter table login_link drop constraint login_link_purpose_check,
    add constraint login_link_purpose_check check (purpose in ('login', 'set-password', 'device'))`,
]
