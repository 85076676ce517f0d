/** The bar above a design: its name, whether it is saved, the five steps with their state, and what one does with it. */
import {
  ArrowLeftOutlined, CheckOutlined, CodeOutlined, ExclamationCircleOutlined, PlayCircleOutlined, RedoOutlined, SearchOutlined, UndoOutlined,
} from '@ant-design/icons' // prettier-ignore
import { useQuery } from '@tanstack/react-query'
import { Badge, Button, Tooltip } from 'antd'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, NavLink, useLocation, useNavigate } from 'react-router'
import { useLanguage } from '../../i18n'
import { usePhone } from '../../shared/usePhone'
import { designs } from '../api'
import { useDesign } from '../store/design'
import { errorsByStep, steps } from './places'
import { useTravel } from './useKeys'
import { BarMenu } from '../subnav/BarMenu'

function SavedAt() {
  const { t } = useTranslation()
  const saving = useDesign((state) => state.saving)
  const savedAt = useDesign((state) => state.savedAt)
  const waiting = useDesign((state) => state.queue.length)
  const { language } = useLanguage()
  const time = new Date(savedAt).toLocaleTimeString(language === 'zh' ? 'zh-CN' : 'en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
  const said = {
    saved: t('design.saved.saved', { time }),
    saving: t('design.saved.saving'),
    offline: t('design.saved.offlineShort', { count: waiting }),
    conflict: t('design.saved.conflict'),
  }[saving]
  return (
    <Tooltip title={saving === 'offline' ? t('design.saved.offline', { count: waiting }) : undefined}>
      <span className={`designer-saved ${saving}`} role="status" data-testid="saved" data-saving={saving}>
        {said}
      </span>
    </Tooltip>
  )
}

function StepLinks({ id }: { id: string }) {
  const { t } = useTranslation()
  const problems = useDesign((state) => state.problems)
  const checked = useDesign((state) => state.checked)
  const overlay = useDesign((state) => state.design!.base !== null)
  const errors = errorsByStep(problems)
  const { pathname } = useLocation()
  const row = useRef<HTMLOListElement>(null)
  // On a phone the row of steps is longer than the window.
  useEffect(() => {
    void row.current?.querySelector('.active')?.scrollIntoView({ inline: 'center', block: 'nearest' })
  }, [pathname])
  if (overlay) return <OverlaySteps id={id} />
  return (
    <nav aria-label={t('design.bar.steps')}>
      <ol className="designer-steps" ref={row}>
        {steps.map((step, index) => {
          const count = errors[step]
          const said = count ? t('design.bar.stepErrors', { count }) : t('design.bar.stepOk')
          const judged = checked && step !== 'publish'
          return (
            <li key={step}>
              <NavLink to={`/designer/${id}/${step}`} data-testid={`step-${step}`}>
                <span className={`step-mark ${judged ? (count ? 'bad' : 'ok') : ''}`} {...(judged ? { 'aria-label': said, role: 'img' } : {})}>
                  {judged ? count || <CheckOutlined /> : index + 1}
                </span>
                {t(`design.step.${step}`)}
              </NavLink>
            </li>
          )
        })}
      </ol>
    </nav>
  )
}

/** A regional version has no steps of its own: what it changes, and publishing it. */
function OverlaySteps({ id }: { id: string }) {
  const { t } = useTranslation()
  const links = [['regions', t('subnav.regions')], ['publish', t('design.step.publish')]] as const
  return (
    <nav aria-label={t('design.bar.steps')}>
      <ol className="designer-steps">
        {links.map(([to, label]) => (
          <li key={to}>
            <NavLink to={`/designer/${id}/${to}`} data-testid={`step-${to}`}>
              {label}
            </NavLink>
          </li>
        ))}
      </ol>
    </nav>
  )
}

/** A regional version without a name of its own is called as its base, and by its region. */
function useNameOfBase(): string {
  const { text } = useLanguage()
  const design = useDesign((state) => state.design)!
  const phone = usePhone()
  const own = useDesign((state) => text(state.model?.head.title ?? state.design?.title))
  const base = useQuery({ queryKey: ['designs-of', design.base], queryFn: () => designs.list(design.base ?? ''), staleTime: 60_000, enabled: design.base !== null })
  const home = base.data?.items.find((one) => one.process === design.base && one.base === null)
  return home && (own === '' || own === design.process) ? `${text(home.title)}${phone ? '' : ` · ${design.region}`}` : ''
}

export function DesignBar({ find, problems }: { find: () => void; problems: () => void }) {
  const { t } = useTranslation()
  const { text } = useLanguage()
  const go = useNavigate()
  const { back, forth } = useTravel()
  const design = useDesign((state) => state.design)!
  const title = useDesign((state) => (state.model === null ? state.design?.title : state.model.head.title))
  const past = useDesign((state) => state.steps.past)
  const future = useDesign((state) => state.steps.future)
  const found = useDesign((state) => state.problems)
  const errors = found.filter((one) => one.severity === 'error').length
  const name = useNameOfBase() || text(title) || design.process
  const tool = (title: string, icon: React.ReactNode, onClick: () => void, id: string, disabled = false) => (
    <Tooltip title={title}>
      <Button type="text" icon={icon} aria-label={title} onClick={onClick} disabled={disabled} data-testid={id} />
    </Tooltip>
  )
  return (
    <header className="designer-bar">
      <div className="designer-name">
        <Link to="/designer" className="page-back" aria-label={t('design.bar.leave')}>
          <ArrowLeftOutlined />
        </Link>
        <div>
          <strong title={name}>{name}</strong>
          <SavedAt />
        </div>
      </div>
      <StepLinks id={design.id} />
      <div className="designer-tools">
        {tool(t('design.bar.undo'), <UndoOutlined />, () => void back(), 'undo', past.length === 0 || !design.may.edit)}
        {tool(t('design.bar.redo'), <RedoOutlined />, () => void forth(), 'redo', future.length === 0 || !design.may.edit)}
        {tool(`${t('design.bar.find')} Ctrl+K`, <SearchOutlined />, find, 'find')}
        {tool(t('design.bar.text'), <CodeOutlined />, () => void go(`/designer/${design.id}/text`), 'text')}
        <Tooltip title={t('design.bar.problems')}>
          <Badge count={errors || found.length} size="small" color={errors ? undefined : 'gold'} offset={[-6, 6]}>
            <Button type="text" icon={<ExclamationCircleOutlined />} aria-label={t('design.bar.problems')} onClick={problems} data-testid="problems" />
          </Badge>
        </Tooltip>
        <Button icon={<PlayCircleOutlined />} onClick={() => void go(`/designer/${design.id}/simulate`)} data-testid="simulate">
          {t('design.bar.simulate')}
        </Button>
        <BarMenu id={design.id} />
      </div>
    </header>
  )
}
