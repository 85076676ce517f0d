import type { Same } from '../../i18n'

export const zh = {
  wording: {
    begin: '用文字描述',
    title: '用文字描述流程',
    about: '说说谁发起、要填什么、谁来审批、什么情况走哪条路、多久算超时。生成的是普通草稿，已通过编译检查，所有内容都可以再改。',
    hint: '如：员工提交出差申请，填写目的地、起止日期和预算；直属主管审批；预算超过 5000 元再由财务审批；一个工作日不处理就提醒。',
    examples: '试试：',
    example: {
      trip: '员工提交出差申请，直属主管审批，预算超过 5000 元再由财务审批，通过后通知行政订票。',
      repair: '员工报修办公设备，行政分派给维修人员处理，处理完由报修人确认满意，不满意退回重做。',
      contract: '业务提交合同审批，法务和财务同时审核，都通过后由总经理审批，超过两个工作日提醒。',
    },
    draft: '生成草稿',
    busy: '正在起草，约需一分钟…',
    sent: '这段文字会发送到 {{host}}，请不要写个人信息。不会发送人员和业务数据。',
    problems: '起草的内容有 {{count}} 处问题',
  },
}
export const en: Same<typeof zh> = {
  wording: {
    begin: 'In words',
    title: 'Describe a process in words',
    about: 'Say who starts it, what is filled in, who approves, what goes which way, what is late. You get an ordinary draft that has passed the compiler, and may change all of it.',
    hint: 'Such as: staff ask for a business trip with destination, dates and budget; the direct manager approves; above 5,000 finance approves too; after a working day people are reminded.',
    examples: 'Try:',
    example: {
      trip: 'Staff ask for a business trip, the direct manager approves, above 5,000 finance approves too, then administration books it.',
      repair: 'Staff report broken office equipment, administration gives it to somebody to repair, the reporter confirms or sends it back.',
      contract: 'Sales submit a contract, legal and finance check it at the same time, then the general manager approves; two working days, then a reminder.',
    },
    draft: 'Make a draft',
    busy: 'Drafting, for about a minute…',
    sent: 'This text is sent to {{host}}: write nothing personal. People and business data are not sent.',
    problems: 'What was drafted has {{count}} [problem|problems]',
  },
}
