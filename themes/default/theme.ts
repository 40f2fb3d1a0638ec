/** Owns the default theme: its files and the colours that the document itself must know. */
import { inPackage, inProject } from '../../core/web/static-files.ts'

export interface Theme {
  name: string
  /** Name under which a file is served → where it is kept. A style sheet stands after the files it names. */
  files: Record<string, string>
  tokens: { card: { light: string; dark: string } }
}

export const theme: Theme = {
  name: 'default',
  files: {
    'inter-latin.woff2': inPackage('@fontsource-variable/inter/files/inter-latin-wght-normal.woff2'),
    'inter-latin-ext.woff2': inPackage('@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2'),
    'logo.svg': inProject('themes/default/logo.svg'),
    'style.css': inProject('themes/default/style.css'),
  },
  tokens: { card: { light: '#ffffff', dark: '#1a212b' } },
}
