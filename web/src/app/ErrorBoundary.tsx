/** Catches what a page throws, says it in the user's language, and offers a way on. */
import { QueryErrorResetBoundary } from '@tanstack/react-query'
import { Button, Result } from 'antd'
import { Component, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiProblem, sentenceOf } from '../api/problem'
import { useLanguage } from '../i18n'

type Props = { children: ReactNode; place?: string; shown: (error: unknown, retry: () => void) => ReactNode }

class Boundary extends Component<Props, { error: unknown }> {
  override state: { error: unknown } = { error: null }
  static getDerivedStateFromError(error: unknown) {
    return { error }
  }
  override componentDidUpdate(before: Props) {
    if (before.place !== this.props.place && this.state.error !== null) this.setState({ error: null })
  }
  override render() {
    if (this.state.error === null) return this.props.children
    return this.props.shown(this.state.error, () => this.setState({ error: null }))
  }
}

function Broken({ error, retry }: { error: unknown; retry: () => void }) {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const refused = error instanceof ApiProblem
  return (
    <Result
      status={refused ? 'warning' : 'error'}
      title={refused ? sentenceOf(error, language) : t('app.broken')}
      subTitle={refused ? undefined : t('app.brokenHint')}
      extra={[
        <Button key="retry" type="primary" onClick={retry}>
          {t('app.retry')}
        </Button>,
        <Button key="reload" onClick={() => location.reload()}>
          {t('app.reload')}
        </Button>,
      ]}
    />
  )
}

/** `place` is where the user is: at another place, what failed is forgotten. */
export function ErrorBoundary({ children, place }: { children: ReactNode; place?: string }) {
  return (
    <QueryErrorResetBoundary>
      {({ reset }) => (
        <Boundary
          place={place}
          shown={(error, retry) => (
            <Broken
              error={error}
              retry={() => {
                reset()
                retry()
              }}
            />
          )}
        >
          {children}
        </Boundary>
      )}
    </QueryErrorResetBoundary>
  )
}
