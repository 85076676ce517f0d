import type { Same } from '../i18n'

export const zh = {
  bell: {
    title: '通知',
    about: '与您有关的提醒和结果',
    bellUnread: '通知，{{count}} 条未读',
    all: '全部',
    unread: '未读',
    readAll: '全部标为已读',
    read: '标为已读',
    isUnread: '未读',
    seeAll: '查看全部通知',
    empty: '还没有通知',
    emptyHint: '被催办、被抄送、被提到、任务即将到期或流程有了结果时，会在这里告诉您。',
    emptyUnread: '没有未读通知',
    emptyUnreadHint: '新通知到达时，右上角的铃铛会显示数量。',
  },
}
export const en: Same<typeof zh> = {
  bell: {
    title: 'Notices',
    about: 'Reminders and results that concern you',
    bellUnread: 'Notices, {{count}} unread',
    all: 'All',
    unread: 'Unread',
    readAll: 'Mark all as read',
    read: 'Mark as read',
    isUnread: 'Unread',
    seeAll: 'See all notices',
    empty: 'No notices yet',
    emptyHint: 'When somebody reminds you, sends you a copy or mentions you, a task is nearly due, or a case has a result, you are told here.',
    emptyUnread: 'Nothing unread',
    emptyUnreadHint: 'The bell at the top shows how many are new.',
  },
}
