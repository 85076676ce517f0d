/** The buttons above the canvas. */
import { AlignLeftOutlined, CopyOutlined, DeleteOutlined, PartitionOutlined, SnippetsOutlined } from '@ant-design/icons'
import { Button, Dropdown, Tooltip } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Arrangement } from './arrange'

const ways: readonly Arrangement[] = ['left', 'centre', 'top', 'spread']

type Props = { may: boolean; several: boolean; some: boolean; tidy: () => void; align: (how: Arrangement) => void; copy: () => void; paste: () => void; remove: () => void }

export function Tools({ may, several, some, tidy, align, copy, paste, remove }: Props) {
  const { t } = useTranslation()
  const tool = (title: string, icon: React.ReactNode, act: () => void, id: string, on = true) => (
    <Tooltip title={title}>
      <Button icon={icon} aria-label={title} onClick={act} disabled={!may || !on} data-testid={id} />
    </Tooltip>
  )
  return (
    <>
      <Button icon={<PartitionOutlined />} onClick={tidy} disabled={!may} data-testid="tidy">
        {t('flow.canvasTools.tidy')}
      </Button>
      <Dropdown disabled={!may || !several} trigger={['click']} menu={{ items: ways.map((way) => ({ key: way, label: t(`flow.canvasTools.way.${way}`) })), onClick: ({ key }) => align(key as Arrangement) }}>
        <Tooltip title={several ? t('flow.canvasTools.align') : t('flow.canvasTools.alignHint')}>
          <Button icon={<AlignLeftOutlined />} aria-label={t('flow.canvasTools.align')} disabled={!may || !several} data-testid="align" />
        </Tooltip>
      </Dropdown>
      {tool(`${t('flow.canvasTools.copy')} Ctrl+C`, <CopyOutlined />, copy, 'copy-nodes', some)}
      {tool(`${t('flow.canvasTools.paste')} Ctrl+V`, <SnippetsOutlined />, paste, 'paste-nodes')}
      {tool(`${t('flow.canvasTools.remove')} Delete`, <DeleteOutlined />, remove, 'remove-nodes', some)}
    </>
  )
} // prettier-ignore
