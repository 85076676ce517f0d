/** Every colour, size and radius of the product. Components use these or antd's tokens made from them, never literals. */
import type { ThemeConfig } from 'antd'

export const palette = {
  primary: '#1b6b58',
  primaryDark: '#17594a',
  primarySoft: '#e8f1ee',
  ink: '#1d2926',
  inkSoft: '#55635f',
  line: '#e3e8e5',
  lineStrong: '#c9d2ce',
  canvas: '#f5f7f6',
  surface: '#ffffff',
  hover: '#eff3f1',
  done: '#2a7448',
  doneSoft: '#e9f4ed',
  running: '#1f63b5',
  runningSoft: '#e8f0fa',
  waiting: '#97610b',
  waitingSoft: '#fdf3e1',
  failed: '#b3372f',
  failedSoft: '#fbebe9',
} as const

/** Gives our own style sheets the palette: `primarySoft` is `--ws-primary-soft`. */
export function publishTokens(root: HTMLElement): void {
  for (const [name, colour] of Object.entries(palette))
    root.style.setProperty(`--ws-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, colour)
}

/** Widths in px: below `phone` the navigation is a bar at the bottom and tables become cards. */
export const breakpoints = { phone: 768 } as const

export const fonts =
  "system-ui, -apple-system, 'Segoe UI', 'PingFang SC', 'Hiragino Sans GB', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"

export const theme: ThemeConfig = {
  token: {
    colorPrimary: palette.primary,
    colorInfo: palette.running,
    colorSuccess: palette.done,
    colorWarning: palette.waiting,
    colorError: palette.failed,
    colorPrimaryBg: palette.primarySoft,
    colorPrimaryBgHover: '#dcebe6',
    controlItemBgActive: palette.primarySoft,
    controlItemBgActiveHover: '#dcebe6',
    // What antd makes of dark colours by itself is grey.
    colorInfoBg: palette.runningSoft,
    colorSuccessBg: palette.doneSoft,
    colorWarningBg: palette.waitingSoft,
    colorErrorBg: palette.failedSoft,
    colorInfoBorder: '#c3d6ee',
    colorSuccessBorder: '#c2dfcc',
    colorWarningBorder: '#f0dbb0',
    colorErrorBorder: '#efc9c5',
    colorLink: palette.primary,
    colorLinkHover: palette.primaryDark,
    colorLinkActive: palette.primaryDark,
    colorText: palette.ink,
    colorTextSecondary: palette.inkSoft,
    colorTextDescription: palette.inkSoft,
    colorTextTertiary: palette.inkSoft,
    colorTextPlaceholder: '#6b7975',
    colorBorder: palette.lineStrong,
    colorBorderSecondary: palette.line,
    colorBgLayout: palette.canvas,
    borderRadius: 8,
    borderRadiusLG: 12,
    controlHeight: 36,
    fontFamily: fonts,
    fontSize: 14,
    wireframe: false,
    // antd places lists and popovers once their motion has begun; a style sheet that cuts it short would lose them.
    motion: !globalThis.matchMedia?.('(prefers-reduced-motion: reduce)').matches,
    motionDurationMid: '0.12s',
    motionDurationSlow: '0.16s',
  },
  components: {
    Button: { primaryShadow: 'none', defaultShadow: 'none', fontWeight: 500 },
    Card: { headerFontSize: 15 },
    // A field with a mistake takes back what stands below it: as much as forms.css puts there.
    Form: { itemMarginBottom: 18 },
    Select: { optionSelectedBg: palette.primarySoft, optionSelectedColor: palette.primaryDark },
    Table: { headerBg: '#fafbfa', headerSplitColor: 'transparent', headerColor: palette.inkSoft, rowHoverBg: '#f8faf9' },
    Tabs: { horizontalMargin: '0' },
    Menu: { itemSelectedBg: palette.primarySoft, itemSelectedColor: palette.primaryDark, itemHeight: 40 },
  },
}
