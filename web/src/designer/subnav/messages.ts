import type { Same } from '../../i18n'

export const zh = {
  subnav: {
    more: '更多：重放、演练、地区、权限',
    trials: '检验方式',
    simulate: '试运行',
    replay: '历史重放',
    drill: '故障演练',
    regions: '地区差异',
    rights: '权限',
    trail: '操作记录',
    text: 'YAML 视图',
  },
}
export const en: Same<typeof zh> = {
  subnav: {
    more: 'More: replay, drill, regions, rights',
    trials: 'Ways to try it',
    simulate: 'Trial',
    replay: 'Replay',
    drill: 'Fault drill',
    regions: 'Regions',
    rights: 'Rights',
    trail: 'Trail',
    text: 'YAML view',
  },
}
