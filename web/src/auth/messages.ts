import type { Same } from '../i18n'

export const zh = {
  auth: {
    welcome: '登录驿站',
    about: '工单、审批、履约与外勤，一处办理',
    tenant: '租户',
    user: '账号',
    password: '密码',
    signIn: '登录',
    signOut: '退出登录',
    or: '或',
    oidc: '使用企业账号登录',
    needed: '请填写此项',
    forgotten: '忘记密码请联系管理员重置。',
  },
}
export const en: Same<typeof zh> = {
  auth: {
    welcome: 'Sign in to Waystation',
    about: 'Tickets, approvals, fulfilment and field work in one place',
    tenant: 'Tenant',
    user: 'User',
    password: 'Password',
    signIn: 'Sign in',
    signOut: 'Sign out',
    or: 'or',
    oidc: 'Sign in with your company account',
    needed: 'Please fill this in',
    forgotten: 'Forgotten your password? Ask an administrator for a new one.',
  },
}
