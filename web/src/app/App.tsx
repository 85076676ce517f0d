/** Puts theme, language, session and routes together. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { App as AntApp, ConfigProvider } from 'antd'
import enUS from 'antd/locale/en_US'
import zhCN from 'antd/locale/zh_CN'
import dayjs from 'dayjs'
import 'dayjs/locale/zh-cn'
import { BrowserRouter } from 'react-router'
import { ApiProblem } from '../api/problem'
import { SessionProvider, useSession } from '../auth/session'
import { SignIn } from '../auth/SignIn'
import { useLanguage } from '../i18n'
import { theme } from '../theme/tokens'
import { ErrorBoundary } from './ErrorBoundary'
import { Loading } from './Loading'
import { Shell } from './Shell'

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // A refusal stays one, however often it is asked; what could not be reached is asked again.
      retry: (times, error) => times < 2 && !(error instanceof ApiProblem && error.status > 0 && error.status < 500),
    },
  },
})

function Door() {
  const { me } = useSession()
  return me === null ? <SignIn /> : <Shell />
}

export function App() {
  const { language } = useLanguage()
  dayjs.locale(language === 'zh' ? 'zh-cn' : 'en')
  return (
    <ConfigProvider
      theme={theme}
      locale={language === 'zh' ? zhCN : enUS}
      button={{ autoInsertSpace: false }}
      form={{ colon: false }}
    >
      <AntApp component={false}>
        <QueryClientProvider client={client}>
          <BrowserRouter>
            <ErrorBoundary>
              <SessionProvider waiting={<Loading whole />}>
                <Door />
              </SessionProvider>
            </ErrorBoundary>
          </BrowserRouter>
        </QueryClientProvider>
      </AntApp>
    </ConfigProvider>
  )
}
