/** Owns the default theme: its files and the colours that the document itself must know. */
import type { Theme } from '../../core/machine/theme.ts'

export default {
  files: {
    'inter-latin.woff2': '@fontsource-variable/inter/files/inter-latin-wght-normal.woff2',
    'inter-latin-ext.woff2': '@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2',
    // Cut from those two for what most pages are written with (SIL Open Font License, inter.LICENSE.txt).
    'inter.woff2': './inter.woff2',
    'inter-polish.woff2': './inter-polish.woff2',
    'logo.svg': './logo.svg',
    'style.css': './style.css',
  },
  fonts: ['inter.woff2', 'inter-polish.woff2'],
  tokens: { card: { light: '#ffffff', dark: '#1a212b' } },
} satisfies Theme
