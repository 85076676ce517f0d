/** Nodes in the clipboard: kept in the browser, so that they can be put into another process too. */
import { App } from 'antd'
import { useTranslation } from 'react-i18next'
import { kindOf, useCatalogue } from '../catalogue'
import { copied, pasted } from '../flow/edits'
import { edit, useDesign } from '../store/design'
import { endOf } from './elk'

const KEPT = 'waystation.clipboard'

export function useClipboard(may: boolean) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const catalogue = useCatalogue()
  const copy = () => {
    const { model, selected } = useDesign.getState()
    const ids = selected.filter((id) => model?.nodes.some((node) => node.id === id))
    if (model === null || ids.length === 0) return
    localStorage.setItem(KEPT, copied(model, ids))
    void message.info(t('flow.canvasTools.copied', { count: ids.length }))
  }
  const paste = () => {
    const { model, selected } = useDesign.getState()
    if (model === null || !may) return
    const at = model.nodes.find((node) => node.id === selected[0])
    const after = at && kindOf(catalogue, at)?.exit !== 'none' ? model.edges.find((one) => one.from === at.id) : undefined
    const last = (to: string) => endOf(to) || model.nodes.some((one) => one.id === to && kindOf(catalogue, one)?.exit === 'none')
    const edge = after ?? model.edges.find((one) => last(one.to) && one.way !== 'error') ?? model.edges.find((one) => one.way === 'start')
    const ops = edge ? pasted(model, localStorage.getItem(KEPT) ?? '', [edge.id], edge.to) : []
    if (ops.length === 0) void message.info(t('flow.canvasTools.nothing'))
    else edit(ops, t('design.did.paste'))
  }
  return { copy, paste }
}
