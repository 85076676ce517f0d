/** What happened, newest first, with who, when and what was said. */
import { Button, Timeline } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLanguage } from '../../i18n'
import { PeopleNames, PersonName } from '../../shared/people'
import { Refusal } from '../../shared/Refusal'
import { whenText } from '../../shared/when'
import { palette } from '../../theme/tokens'
import { nodeAt, type Plan } from '../plan'
import { answerName, endName } from '../tasks/outcomes'
import { tell, type Tone } from './events'
import { useTimeline, type Case } from './useCase'
import '../workbench.css'

const COLOURS: Record<Tone, string> = {
  plain: palette.inkSoft,
  good: palette.done,
  bad: palette.failed,
  wait: palette.running,
}
const FEW = 8

export function CaseTimeline({ about, plan }: { about: Case; plan: Plan | undefined }) {
  const { t } = useTranslation()
  const { language, sentence, text } = useLanguage()
  const [all, showAll] = useState(false)
  const found = useTimeline(about)
  const lines = found.data?.pages.flatMap((page) => page.items) ?? []
  const told = lines.flatMap((line) => {
    const node = line.path ? text(nodeAt(plan, line.path)?.title) || line.node || line.path : ''
    const answer = (outcome: string) => answerName(nodeAt(plan, line.path ?? ''), outcome, text, t)
    const event = tell(line, node, t, text, { answer, end: (outcome) => endName(plan, outcome, text, t), why: sentence(line.said) })
    return event ? [{ line, event }] : []
  })
  const newest = told.reverse()
  const shown = all ? newest : newest.slice(0, FEW)
  return (
    <section className="panel" aria-label={t('work.case.timeline')}>
      <div className="panel-head">
        <h2>{t('work.case.timeline')}</h2>
      </div>
      <div className="panel-body case-timeline">
        <Refusal error={found.error} retry={() => void found.refetch()} />
        <Timeline
          items={shown.map(({ line, event }) => ({
            key: line.seq,
            color: COLOURS[event.tone],
            content: (
              <div>
                <div>
                  {line.by && !event.byItself && (
                    <strong>
                      <PersonName id={line.by} />{' '}
                    </strong>
                  )}
                  {event.says}
                  {event.people && event.people.length > 0 && (
                    <span>
                      {' '}
                      → <PeopleNames ids={event.people} />
                    </span>
                  )}
                </div>
                {event.note && <blockquote className="case-said">{event.note}</blockquote>}
                <time className="soft" dateTime={line.at}>
                  {whenText(line.at, language)}
                </time>
              </div>
            ),
          }))}
        />
        {(newest.length > FEW || found.hasNextPage) && (
          <Button
            type="link"
            loading={found.isFetchingNextPage}
            onClick={() => (found.hasNextPage ? void found.fetchNextPage().then(() => showAll(true)) : showAll(!all))}
          >
            {all && !found.hasNextPage ? t('work.case.less') : t('work.case.earlier')}
          </Button>
        )}
      </div>
    </section>
  )
}
