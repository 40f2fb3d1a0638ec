/** Owns groups, roles and who has which right by them. */
import { ROOT_UNIT } from '../../../core/index.ts'
import { bringNamed, validId, type Master } from './master.ts'
import { int, name, str, validity } from './read.ts'

/** `units`: our unit by its slug, as the mapping file names them. */
export async function takeGroups(m: Master, units: ReadonlyMap<string, string>): Promise<void> {
  const groups = await m.all('groups', 'id')
  // A group's name means something: 'admin' administers, whatever number it has.
  await bringNamed(m, {
    mapped: 'group',
    table: 'permission_group',
    from: 'groups',
    byName: true,
    rows: groups.map((row) => ({
      id: int(row['id']) ?? 0,
      name: name(row['name']),
      validId: validId(row),
      values: (is) => ({
        name: is,
        comment: str(row['comments']),
        unit_id: units.get(m.mapping.groups[name(row['name'])]?.unit ?? '') ?? ROOT_UNIT,
        ...validity(row),
      }),
    })),
  })
  await bringNamed(m, {
    mapped: 'role',
    table: 'role',
    from: 'roles',
    rows: (await m.all('roles', 'id')).map((row) => ({
      id: int(row['id']) ?? 0,
      name: name(row['name']),
      validId: validId(row),
      values: (is) => ({ name: is, comment: str(row['comments']), ...validity(row) }),
    })),
  })
}

/** Rights that pomoc does not know stay as they are: a plugin may, one day. */
export async function takeRights(m: Master): Promise<void> {
  // OTRS 5 kept rows of rights that somebody had taken away, with 0.
  const given = (row: Readonly<Record<string, unknown>>) =>
    row['permission_value'] === undefined || int(row['permission_value'] as number) !== 0
  const relation = { meets: 'leave', gone: 'remove' } as const
  await m.bring({
    kind: 'group_person',
    table: 'group_person',
    from: 'group_user',
    ...relation,
    rows: (await m.all('group_user', 'user_id', 'group_id', 'permission_key')).filter(given).flatMap((row) => {
      const [person_id, group_id] = [m.ids.of('user', int(row['user_id'])), m.ids.of('group', int(row['group_id']))]
      const right = name(row['permission_key'])
      return person_id && group_id && right
        ? [{ source: `${str(row['user_id'])} ${str(row['group_id'])} ${right}`, key: { group_id, person_id, right }, values: {} }]
        : []
    }),
  })
  await m.bring({
    kind: 'group_role',
    table: 'group_role',
    from: 'group_role',
    ...relation,
    rows: (await m.all('group_role', 'role_id', 'group_id', 'permission_key')).filter(given).flatMap((row) => {
      const [role_id, group_id] = [m.ids.of('role', int(row['role_id'])), m.ids.of('group', int(row['group_id']))]
      const right = name(row['permission_key'])
      return role_id && group_id && right
        ? [{ source: `${str(row['role_id'])} ${str(row['group_id'])} ${right}`, key: { group_id, role_id, right }, values: {} }]
        : []
    }),
  })
  await m.bring({
    kind: 'role_person',
    table: 'role_person',
    from: 'role_user',
    ...relation,
    rows: (await m.all('role_user', 'user_id', 'role_id')).flatMap((row) => {
      const [person_id, role_id] = [m.ids.of('user', int(row['user_id'])), m.ids.of('role', int(row['role_id']))]
      return person_id && role_id
        ? [{ source: `${str(row['user_id'])} ${str(row['role_id'])}`, key: { role_id, person_id }, values: {} }]
        : []
    }),
  })
}
