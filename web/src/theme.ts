/** Colors, type and the defaults of parts: pine on paper by day, pine on ink by night. */
import {
  createTheme,
  type CSSVariablesResolver,
  type MantineColorsTuple,
  mergeThemeOverrides,
  Modal,
  Paper,
  Tooltip,
} from '@mantine/core';

import { t } from './language/language';

const pine: MantineColorsTuple = [
  '#e8f6f3', '#d0ebe6', '#a3d8cf', '#72c4b7', '#48ae9f', '#2b988a', '#178276', '#0e6c63', '#0b5851', '#07413c',
];

const ink: MantineColorsTuple = [
  '#d9e0e0', '#b9c4c5', '#95a3a6', '#6b7b7f', '#445357', '#334145', '#263236', '#1b2428', '#141b1e', '#0e1416',
];

const slate: MantineColorsTuple = [
  '#f7f8f7', '#eff1f0', '#e2e6e4', '#d0d6d3', '#b3bcb9', '#8b9794', '#667370', '#4c5855', '#35403d', '#212a28',
];

export const theme = createTheme({
  primaryColor: 'pine',
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  luminanceThreshold: 0.34,
  colors: { pine, dark: ink, gray: slate },
  black: '#17211f',
  fontFamily: 'ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, "PingFang TC", "Microsoft JhengHei", "Noto Sans TC", "Noto Sans CJK TC", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  fontSizes: { xs: '0.75rem', sm: '0.84rem', md: '0.92rem', lg: '1.05rem', xl: '1.25rem' },
  headings: {
    fontWeight: '640',
    sizes: {
      h1: { fontSize: '1.5rem', lineHeight: '1.25' },
      h2: { fontSize: '1.16rem', lineHeight: '1.3' },
      h3: { fontSize: '0.98rem', lineHeight: '1.35' },
    },
  },
  defaultRadius: 'md',
  radius: { xs: '3px', sm: '5px', md: '7px', lg: '11px', xl: '16px' },
  cursorType: 'pointer',
  focusRing: 'auto',
  components: {
    Modal: Modal.extend({
      styles: { title: { fontWeight: 640, fontSize: '1.05rem' } },
      defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.45 } } }),
    Paper: Paper.extend({ defaultProps: { p: 'md', withBorder: true } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 350, withArrow: true } }),
    Button: { defaultProps: { size: 'sm' } },
    TextInput: { defaultProps: { size: 'sm' } },
    Table: { defaultProps: { verticalSpacing: 'xs', horizontalSpacing: 'md' } },
  },
});

/** The same, with what Mantine's parts say by themselves in the language of the moment. */
export function spokenTheme() {
  return mergeThemeOverrides(theme, {
    components: {
      PasswordInput: { defaultProps: { visibilityToggleButtonProps: { 'aria-label': t('Show or hide the password') } } },
      Modal: { defaultProps: { closeButtonProps: { 'aria-label': t('Close') } } },
    },
  });
}

/** Mantine's light fills are loud on ink; these are the same colors as a thin wash. */
const QUIET_BY_NIGHT = Object.fromEntries(
  [
    ['red', '240, 96, 80', '#ff9c8a'],
    ['orange', '235, 140, 60', '#f5b27a'],
    ['blue', '80, 150, 230', '#92c1f2'],
    ['pine', '72, 174, 159', '#7fd0c2'],
  ].flatMap(([name, rgb, text]) => [
    [`--mantine-color-${name}-light`, `rgba(${rgb}, 0.14)`],
    [`--mantine-color-${name}-light-hover`, `rgba(${rgb}, 0.2)`],
    [`--mantine-color-${name}-light-color`, text],
  ]),
);

/** Our own tokens beside Mantine's: surfaces, lines, and one color for each state of an item. */
export const tokens: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#ffffff',
    '--lw-page': '#f4f6f5',
    '--lw-surface': '#ffffff',
    '--lw-sunken': '#edf0ef',
    '--lw-line': '#dde2e0',
    '--lw-accent': '#0e6c63',
    '--mantine-color-dimmed': '#586562',
    '--mantine-color-anchor': '#0b5f57',
    '--mantine-color-error': '#b42318',
    '--lw-waiting': '#9aa6a2',
    '--lw-annotating': '#2f7fc1',
    '--lw-adjudicate': '#b0478f',
    '--lw-review': '#c98a09',
    '--lw-returned': '#cf4f2a',
    '--lw-done': '#158a72',
    '--lw-skipped': '#7d6a9c',
  },
  dark: {
    '--mantine-color-body': '#182023',
    '--lw-page': '#0f1517',
    ...QUIET_BY_NIGHT,
    '--lw-surface': '#182023',
    '--lw-sunken': '#11181a',
    '--lw-line': '#2b373b',
    '--lw-accent': '#48ae9f',
    '--mantine-color-dimmed': '#98a6a8',
    '--mantine-color-anchor': '#6fcabb',
    '--mantine-color-error': '#ff8a75',
    '--lw-waiting': '#64747a',
    '--lw-annotating': '#5aa7e6',
    '--lw-adjudicate': '#e08cc6',
    '--lw-review': '#e3ab39',
    '--lw-returned': '#ef7b55',
    '--lw-done': '#3fb79a',
    '--lw-skipped': '#a68fcb',
  },
});
