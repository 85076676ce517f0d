import type { Same } from '../i18n'

export const zh = {
  app: {
    name: '驿站',
    skip: '跳到主要内容',
    navigation: '主导航',
    loading: '正在加载',
    account: '账户：{{name}}',
    designer: '流程设计',
    notFound: '没有这个页面',
    notFoundHint: '地址可能有误，或内容已被移走。',
    home: '回到我的任务',
    broken: '页面出错了',
    brokenHint: '您的数据没有丢失。请重试；仍不行请重新加载页面。',
    retry: '重试',
    reload: '重新加载',
    back: '返回',
    cancel: '取消',
    more: '更多',
  },
}
export const en: Same<typeof zh> = {
  app: {
    name: 'Waystation',
    skip: 'Skip to the main content',
    navigation: 'Main navigation',
    loading: 'Loading',
    account: 'Account: {{name}}',
    designer: 'Designer',
    notFound: 'There is no such page',
    notFoundHint: 'The address may be wrong, or its content has moved.',
    home: 'Back to my tasks',
    broken: 'This page has failed',
    brokenHint: 'Nothing of yours is lost. Try again; if it fails again, reload the page.',
    retry: 'Try again',
    reload: 'Reload',
    back: 'Back',
    cancel: 'Cancel',
    more: 'More',
  },
}
