import type { Same } from '../i18n'

export const zh = {
  shared: {
    missingHint: '链接可能有误，或者您没有查看的权限。',
    late: '已超时',
    lateBy: '超时 {{time}}',
    left: '剩余 {{time}}',
    due: '{{time}} 到期',
    urgent: '紧急',
    status: {
      open: '进行中',
      running: '进行中',
      suspended: '已挂起',
      incident: '出现异常',
      done: '已完成',
      ended: '已结束',
      cancelled: '已取消',
      withdrawn: '已撤回',
      failed: '失败',
    },
  },
}
export const en: Same<typeof zh> = {
  shared: {
    missingHint: 'The link may be wrong, or it is not yours to see.',
    late: 'Late',
    lateBy: 'Late by {{time}}',
    left: '{{time}} left',
    due: 'due {{time}}',
    urgent: 'Urgent',
    status: {
      open: 'Running',
      running: 'Running',
      suspended: 'Suspended',
      incident: 'Needs repair',
      done: 'Done',
      ended: 'Ended',
      cancelled: 'Cancelled',
      withdrawn: 'Withdrawn',
      failed: 'Failed',
    },
  },
}
