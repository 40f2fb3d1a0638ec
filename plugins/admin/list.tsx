/** Owns lists of the admin pages: those of every administration, in the frame of admin. */
import type { PageContext } from '../../core/index.ts'
import { listAnswer, type List } from '../../core/administration.ts'
import type { AreaName } from './areas.ts'
import { adminPage } from './frame.tsx'

export interface ListPage<Row> extends Omit<List<Row>, 'name'> {
  area: AreaName
}

/** Answers with the list as a page or, with ?format=csv, as a file. */
export const listPage = <Row,>(c: PageContext, { area, ...list }: ListPage<Row>): Promise<Response> =>
  listAnswer(c, { name: area, ...list }, (body) => adminPage(c, { title: list.title, area, body }))

export {
  everyRow,
  Main,
  pick,
  readList,
  type ListColumn as Column,
  type ListFilter as Filter,
  type ListOptions,
  type ListQuery,
} from '../../core/administration.ts'
export { plainTime } from '../../core/pages.ts'
