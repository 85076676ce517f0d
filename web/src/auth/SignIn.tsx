/** The page of whoever is not signed in. */
import { SafetyOutlined } from '@ant-design/icons'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Divider, Form, Input } from 'antd'
import { useTranslation } from 'react-i18next'
import { answered, api } from '../api/client'
import { sentenceOf } from '../api/problem'
import { LanguageSwitch } from '../app/LanguageSwitch'
import { Mark } from '../app/Mark'
import { useLanguage } from '../i18n'
import { changeUser, expectSession, whoAmI } from './session'
import './sign-in.css'

type Asked = { tenant: string; user: string; password: string }

const KEPT = 'waystation.tenant'
/** Demo data are only loaded on this machine, so elsewhere nothing is suggested. */
const suggested = () =>
  localStorage.getItem(KEPT) ?? (['localhost', '127.0.0.1', '[::1]'].includes(location.hostname) ? 'demo' : '')

export function SignIn() {
  const { t } = useTranslation()
  const { language } = useLanguage()
  const client = useQueryClient()
  const signIn = useMutation({
    mutationFn: (asked: Asked) => answered(api.POST('/api/v1/sessions', { body: { ...asked, browser: true } })),
    onSuccess: async (_, asked) => {
      localStorage.setItem(KEPT, asked.tenant)
      expectSession()
      changeUser(client, await whoAmI())
    },
  })
  const offered = useQuery({
    queryKey: ['sign-in-ways'],
    queryFn: () => answered(api.GET('/api/v1/sessions/oidc/offered')),
    staleTime: Infinity,
    retry: false,
  })
  const rules = [{ required: true, whitespace: true, message: t('auth.needed') }]
  return (
    <main className="sign-in">
      <section className="sign-in-card" aria-labelledby="sign-in-title">
        <div className="sign-in-head">
          <Mark size={40} />
          <LanguageSwitch />
        </div>
        <h1 id="sign-in-title">{t('auth.welcome')}</h1>
        <p>{t('auth.about')}</p>
        {signIn.isError && (
          <Alert type="error" showIcon title={sentenceOf(signIn.error, language)} style={{ marginBottom: 20 }} />
        )}
        <Form<Asked>
          layout="vertical"
          size="large"
          requiredMark={false}
          initialValues={{ tenant: suggested() }}
          onFinish={(asked) => signIn.mutate(asked)}
        >
          <Form.Item name="tenant" label={t('auth.tenant')} rules={rules}>
            <Input autoComplete="organization" autoCapitalize="none" />
          </Form.Item>
          <Form.Item name="user" label={t('auth.user')} rules={rules}>
            <Input autoComplete="username" autoCapitalize="none" autoFocus />
          </Form.Item>
          <Form.Item name="password" label={t('auth.password')} rules={rules}>
            <Input.Password autoComplete="current-password" />
          </Form.Item>
          <Button type="primary" htmlType="submit" block loading={signIn.isPending}>
            {t('auth.signIn')}
          </Button>
        </Form>
        {offered.data?.offered && (
          <>
            <Divider plain>{t('auth.or')}</Divider>
            <Button size="large" block icon={<SafetyOutlined />} href="/api/v1/sessions/oidc" onClick={expectSession} data-testid="oidc">
              {t('auth.oidc')}
            </Button>
          </>
        )}
        <footer>{t('auth.forgotten')}</footer>
      </section>
    </main>
  )
}
