import type { Same } from '../../i18n'

export const zh = {
  tables: {
    hit: '命中方式',
    policy: {
      unique: '唯一（只能命中一条）',
      first: '首个命中',
      any: '任一（结果须相同）',
      priority: '按优先级',
      rule_order: '全部，按规则顺序',
      output_order: '全部，按结果顺序',
      collect: '汇总',
    },
    input: '输入名',
    value: '输入的值',
    output: '输出名',
    any: '任意',
    add: '新建决策表',
    new: '新决策表',
    addRule: '添加规则',
    addInput: '添加输入',
    addOutput: '添加输出',
    removeRule: '删除规则',
    removeTable: '删除决策表',
    fine: '没有遗漏，也没有重叠',
  },
}
export const en: Same<typeof zh> = {
  tables: {
    hit: 'Hit policy',
    policy: {
      unique: 'unique (one rule only)',
      first: 'first that fits',
      any: 'any (same result)',
      priority: 'by priority',
      rule_order: 'all, in order of rules',
      output_order: 'all, in order of results',
      collect: 'collected',
    },
    input: 'Name of the input',
    value: 'Value of the input',
    output: 'Name of the output',
    any: 'any',
    add: 'New decision table',
    new: 'New table',
    addRule: 'Add a rule',
    addInput: 'Add an input',
    addOutput: 'Add an output',
    removeRule: 'Delete the rule',
    removeTable: 'Delete the table',
    fine: 'No gaps and no overlaps',
  },
}
