/** The form designer: kinds of fields at the left, the form in the middle, its preview and the chosen field at the right. */
import { DndContext, KeyboardSensor, PointerSensor, useDraggable, useDroppable, useSensor, useSensors, type DragEndEvent } from '@dnd-kit/core'
import { SortableContext, sortableKeyboardCoordinates, useSortable, verticalListSortingStrategy } from '@dnd-kit/sortable'
import { FileExcelOutlined, HolderOutlined, PlusOutlined } from '@ant-design/icons'
import { App, Button, Input, Segmented, Select, Tag, Tooltip, Upload } from 'antd'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { Loading } from '../../app/Loading'
import { sentenceIn, useLanguage } from '../../i18n'
import { Nothing } from '../../shared/Nothing'
import { sentenceOf } from '../../api/problem'
import { formOfSheet } from '../api'
import { formsOf, useLibrary } from '../catalogue'
import { Icon } from '../icons'
import { edit, useDesign } from '../store/design'
import type { Field, FormBody, Op } from '../types'
import { FieldForm } from './FieldForm'
import { fieldKinds, kindOfField, movedKey, newKey, rowsOf, usesOf, written } from './kinds'
import { Preview } from './Preview'
import './forming.css'

const FormJson = lazy(() => import('./FormJson'))

const groups = ['text', 'number', 'choice', 'time', 'people', 'media', 'more'] as const
const NEW = 'new:'

function Offer({ kind, add, may }: { kind: (typeof fieldKinds)[number]; add: () => void; may: boolean }) {
  const { t } = useTranslation()
  const { attributes, listeners, setNodeRef, isDragging } = useDraggable({ id: NEW + kind.key, disabled: !may })
  return (
    <button type="button" ref={setNodeRef} {...listeners} {...attributes} className={`offer ${isDragging ? 'dragging' : ''}`} onClick={add} disabled={!may} data-testid={`offer-${kind.key}`}>
      <Icon name={kind.icon} />
      {t(`forming.kind.${kind.key}`)}
    </button>
  )
} // prettier-ignore

function Item({ name, field, chosen, choose, bad }: { name: string; field: Field; chosen: boolean; choose: () => void; bad: boolean }) {
  const { t } = useTranslation()
  const { text } = useLanguage()
  const sort = useSortable({ id: name })
  const style = { transform: sort.transform ? `translate3d(0, ${sort.transform.y}px, 0)` : undefined, transition: sort.transition }
  const kind = kindOfField(field)
  return (
    <li ref={sort.setNodeRef} style={style} className={`form-item ${chosen ? 'chosen' : ''} ${bad ? 'bad' : ''}`}>
      <button type="button" className="form-item-grip" {...sort.attributes} {...sort.listeners} aria-label={t('forming.move', { name: text(field.title) || name })}><HolderOutlined /></button>
      <button type="button" className="form-item-face" onClick={choose} data-testid={`field-${name}`}>
        <span><strong>{text(field.title) || name}</strong>{field.required === true && <span className="prop-star">*</span>}</span>
        <span className="soft small">{t(`forming.kind.${kind}`)} · <span className="mono">{name}</span></span>
      </button>
      {field.show_if !== undefined && <Tag color="processing">{t('forming.conditional')}</Tag>}
      {field.value !== undefined && <Tag>{t('forming.kind.formula')}</Tag>}
    </li>
  )
} // prettier-ignore

function Sheet({ children }: { children: React.ReactNode }) {
  const { setNodeRef, isOver } = useDroppable({ id: 'sheet' })
  return <ul ref={setNodeRef} className={`form-items ${isOver ? 'over' : ''}`}>{children}</ul>
} // prettier-ignore

/** What is done to one form, as operations. */
function useFormEdits(form: string, body: FormBody | undefined) {
  const { t } = useTranslation()
  const { text } = useLanguage()
  const { modal, message } = App.useApp()
  const fields = body?.fields ?? {}
  const label = t('design.did.form')
  const at = ['forms', form]
  const place = (rows: string[][]): Op => ({ op: 'set', path: [...at, 'layout'], value: written(rows) })
  const add = (kind: string, before: string | null): string => {
    const key = newKey([...Object.keys(fields), ...Object.keys(useDesign.getState().model?.data ?? {})], kind)
    const field: Field = { ...fieldKinds.find((one) => one.key === kind)!.make(), title: t(`forming.kind.${kind}`) }
    // A process that gives its cases a key of its own has it as their number.
    if (kind === 'serial' && useDesign.getState().model?.start?.key !== undefined) field.value = '${ case.key }'
    const rows = rowsOf(fields, body?.layout)
    const data = { ...field }
    const ops: Op[] = [{ op: 'set', path: [...at, 'fields', key], value: field }, place(movedKey(rows, key, before))]
    if (useDesign.getState().model?.start?.form === form) ops.push({ op: 'set', path: ['data', key], value: asData(data) })
    edit(ops, t('design.did.add', { name: t(`forming.kind.${kind}`) }))
    return key
  }
  const rename = (key: string, to: string) => {
    if (!/^[^\W\d]\w*$/u.test(to) || to in fields) return void message.warning(t('forming.badKey'))
    const { model } = useDesign.getState()
    const ops: Op[] = [{ op: 'rename_key', path: [...at, 'fields', key], to }, place(rowsOf(fields, body?.layout).map((row) => row.map((one) => (one === key ? to : one))))]
    if (model?.data && key in model.data) ops.push({ op: 'rename_key', path: ['data', key], to })
    return edit(ops, label)
  }
  const remove = (key: string, done: () => void) => {
    const { model } = useDesign.getState()
    const uses = usesOf({ nodes: model?.nodes, edges: model?.edges, forms: model?.forms, head: model?.head }, key).filter((path) => path[0] !== 'forms' || path[3] !== key)
    const act = () => {
      const ops: Op[] = [{ op: 'remove', path: [...at, 'fields', key] }, place(rowsOf(fields, body?.layout).map((row) => row.filter((one) => one !== key)))]
      if (uses.length === 0 && model?.data && key in model.data && !(model.required ?? []).includes(key)) ops.push({ op: 'remove', path: ['data', key] })
      edit(ops, t('design.did.remove', { name: text(fields[key]?.title) || key }))
      done()
    }
    if (uses.length === 0) return act()
    return void modal.confirm({ title: t('forming.usedTitle', { count: uses.length }), content: <ul>{uses.slice(0, 8).map((path) => <li key={path.join('.')} className="mono small">{where(path, model)}</li>)}</ul>, okText: t('forming.removeAnyway'), cancelText: t('app.cancel'), okButtonProps: { danger: true }, onOk: act })
  }
  return { add, rename, remove, move: (key: string, to: string | null) => edit([place(movedKey(rowsOf(fields, body?.layout), key, to))], label), set: (key: string, field: Field, what: string) => edit([{ op: 'set', path: [...at, 'fields', key], value: field }], label, `${form}.${key}.${what}`) }
} // prettier-ignore

const where = (path: string[], model: { nodes: { id: string }[]; edges: { id: string }[] } | null) =>
  path[0] === 'nodes' || path[0] === 'edges' ? `${model?.[path[0]][Number(path[1])]?.id ?? ''} ${path.slice(2).join('.')}` : path.join('.')

/** The schema that the data of a case has for a field: without what only a form knows. */
export function asData(field: Field): Field {
  const { widget: _, show_if: __, value: ___, help: ____, max: _____, unit: ______, options: _______, ...rest } = field
  const items = rest.items as Record<string, Field> | undefined
  if (rest.type === 'array' && items && !('type' in items) && !('properties' in items)) return { ...rest, items: { type: 'object', properties: Object.fromEntries(Object.entries(items).map(([key, one]) => [key, asData(one)])) } }
  return rest
} // prettier-ignore

export default function FormStep() {
  const { t } = useTranslation()
  const { text, language } = useLanguage()
  const { message } = App.useApp()
  const [params, setParams] = useSearchParams()
  const model = useDesign((state) => state.model)
  const problems = useDesign((state) => state.problems)
  const may = useDesign((state) => state.design?.may.edit === true)
  const library = useLibrary()
  const sensors = useSensors(useSensor(PointerSensor, { activationConstraint: { distance: 6 } }), useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }))
  const own = Object.keys(model?.forms ?? {})
  const start = model?.start?.form as string | undefined
  const asked = params.get('form') ?? own.find((form) => params.get('field') && model?.forms?.[form]?.fields?.[params.get('field')!])
  const form = asked ?? (start && own.includes(start) ? start : (own[0] ?? start ?? ''))
  const all = formsOf(model, library)
  const mine = own.includes(form)
  const body = all[form]
  const [chosen, setChosen] = useState<string | null>(params.get('field'))
  const [view, setView] = useState<'draw' | 'json'>('draw')
  const edits = useFormEdits(form, body)
  const field = params.get('field')
  useEffect(() => setChosen(field), [field])
  if (model === null) return null
  const make = (id: string, given: FormBody, begins: boolean) => {
    edit([{ op: 'set', path: ['forms', id], value: given }, ...(begins ? [{ op: 'set', path: ['start', 'form'], value: id }] : [])], t('design.did.form'))
    setParams({ form: id })
  }
  const fresh = () => make(own.includes(model.process) ? newKey(Object.keys(all), 'form') : model.process, { title: { zh: text(model.head.title) || '表单' }, fields: {}, layout: [] }, start === undefined)
  const bring = async (file: File) => {
    try {
      const found = await formOfSheet(file)
      const id = own.includes(model.process) || model.process in all ? newKey(Object.keys(all), 'form') : model.process
      make(id, found, start === undefined)
      void message.success(t('forming.sheetDone', { name: file.name, count: Object.keys(found.fields ?? {}).length }))
    } catch (error) {
      void message.error(sentenceOf(error, language))
    }
  }
  const sheet = (small: boolean) => (
    <Upload accept=".xlsx,.csv" showUploadList={false} disabled={!may} beforeUpload={(file) => (void bring(file), false)}>
      <Tooltip title={small ? t('forming.sheet') : undefined}><Button type="text" icon={<FileExcelOutlined />} aria-label={t('forming.sheet')} disabled={!may}>{small ? null : t('forming.sheet')}</Button></Tooltip>
    </Upload>
  )
  const fields = body?.fields ?? {}
  const keys = rowsOf(fields, body?.layout).flat()
  const dropped = ({ active, over }: DragEndEvent) => {
    if (over === null) return
    const id = String(active.id)
    const to = over.id === 'sheet' ? null : String(over.id)
    if (id.startsWith(NEW)) setChosen(edits.add(id.slice(NEW.length), to))
    else if (to !== id) edits.move(id, to)
  }
  const options = [...new Set([...own, ...(start ? [start] : []), ...(form ? [form] : [])])].map((id) => ({ value: id, label: `${text(all[id]?.title) || id}${own.includes(id) ? '' : ` (${t('forming.shared')})`}` }))
  const bad = new Set(problems.filter((one) => one.path[0] === 'forms' && one.path[1] === form && one.severity === 'error').map((one) => String(one.path[3])))
  const said = problems.filter((one) => one.path[0] === 'forms' && one.path[1] === form && (chosen === null || String(one.path[3]) === chosen))
  if (!body) return <Nothing title={t('forming.none')} hint={t('forming.noneHint')} action={<><Button type="primary" disabled={!may} onClick={fresh}>{t('forming.make')}</Button> {sheet(false)}</>} />
  return (
    <DndContext sensors={sensors} onDragEnd={dropped}>
      <div className="forming">
        <aside className="offers" aria-label={t('forming.kinds')}>
          {groups.map((group) => (
            <section key={group}>
              <h3>{t(`forming.group.${group}`)}</h3>
              <div>{fieldKinds.filter((kind) => kind.group === group).map((kind) => <Offer key={kind.key} kind={kind} may={may && mine} add={() => setChosen(edits.add(kind.key, null))} />)}</div>
            </section>
          ))}
        </aside>
        <section className="form-sheet">
          <header>
            <Select aria-label={t('forming.form')} value={form} options={options} onChange={(next) => (setParams({ form: next }), setChosen(null))} style={{ minWidth: 200 }} />
            <Tooltip title={t('forming.make')}><Button type="text" icon={<PlusOutlined />} aria-label={t('forming.make')} disabled={!may} onClick={fresh} /></Tooltip>
            {sheet(true)}
            <Segmented<'draw' | 'json'> value={view} onChange={setView} options={[{ value: 'draw', label: t('forming.draw') }, { value: 'json', label: 'JSON' }]} />
          </header>
          {!mine && <div className="form-shared"><span>{t('forming.sharedHint')}</span><Button size="small" disabled={!may} onClick={() => make(form, { title: body.title, fields: body.fields, layout: body.layout ?? [] }, false)}>{t('forming.takeOver')}</Button></div>}
          {mine && <Input className="form-title" variant="borderless" aria-label={t('forming.title')} disabled={!may} value={text(body.title)} onChange={(event) => edit([{ op: 'set', path: ['forms', form, 'title'], value: typeof body.title === 'object' && body.title ? { ...body.title, [language]: event.target.value } : event.target.value }], t('design.did.form'), `${form}.title`)} />}
          {view === 'json' ? <Suspense fallback={<Loading />}><FormJson key={form} body={body} may={may && mine} change={(next) => edit([{ op: 'set', path: ['forms', form], value: next }], t('design.did.form'), `${form}.json`)} /></Suspense> : (
            <SortableContext items={keys} strategy={verticalListSortingStrategy}>
              <Sheet>
                {keys.length === 0 && <li className="soft form-empty">{t('forming.empty')}</li>}
                {keys.map((key) => <Item key={key} name={key} field={fields[key] ?? {}} chosen={chosen === key} bad={bad.has(key)} choose={() => setChosen(key)} />)}
              </Sheet>
            </SortableContext>
          )}
        </section>
        <Preview key={form} form={body} />
        {chosen !== null && fields[chosen] && mine && (
          <aside className="field-side" aria-label={t('forming.field')}>
            <header><h3>{text(fields[chosen].title) || chosen}</h3><Button type="text" size="small" onClick={() => setChosen(null)}>{t('design.close')}</Button></header>
            {said.map((problem, index) => <p key={index} className={`prop-problem ${problem.severity}`}>{sentenceIn(problem, language)}</p>)}
            <FieldForm key={chosen} form={form} name={chosen} field={fields[chosen]} may={may} change={(next, what) => edits.set(chosen, next, what)} rename={(to) => (edits.rename(chosen, to), setChosen(to))} remove={() => edits.remove(chosen, () => setChosen(null))} />
          </aside>
        )}
      </div>
    </DndContext>
  )
} // prettier-ignore
