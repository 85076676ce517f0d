/** Chinese or English; the other one's own name is on the button. */
import { GlobalOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { chooseLanguage, useLanguage } from '../i18n'

export function LanguageSwitch() {
  const { language } = useLanguage()
  const other = language === 'zh' ? 'en' : 'zh'
  return (
    <Button
      type="text"
      icon={<GlobalOutlined />}
      lang={other === 'zh' ? 'zh-CN' : 'en'}
      data-testid="language"
      onClick={() => chooseLanguage(other)}
    >
      {other === 'zh' ? '中文' : 'English'}
    </Button>
  )
}
