/** One node of a running case: its title, its kind, how it stands. */
import {
  ApartmentOutlined,
  ApiOutlined,
  AuditOutlined,
  BellOutlined,
  BranchesOutlined,
  ClockCircleOutlined,
  FormOutlined,
  MailOutlined,
  PlayCircleOutlined,
  RetweetOutlined,
  StopOutlined,
  TableOutlined,
} from '@ant-design/icons'
import { Handle, Position, type Node, type NodeProps } from '@xyflow/react'
import { memo, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Standing } from './states'

export type CardNode = Node<{ title: string; kind: string; standing?: Standing; across: boolean }, 'card'>

const ICONS: Record<string, ReactNode> = {
  task: <FormOutlined />,
  approval: <AuditOutlined />,
  action: <ApiOutlined />,
  choice: <BranchesOutlined />,
  fork: <BranchesOutlined />,
  join: <BranchesOutlined />,
  table: <TableOutlined />,
  foreach: <RetweetOutlined />,
  scope: <ApartmentOutlined />,
  wait: <ClockCircleOutlined />,
  race: <ClockCircleOutlined />,
  receive: <MailOutlined />,
  send: <MailOutlined />,
  notify: <BellOutlined />,
  call: <ApartmentOutlined />,
  end: <StopOutlined />,
}

function Handles({ across }: { across: boolean }) {
  return (
    <>
      <Handle type="target" position={across ? Position.Left : Position.Top} isConnectable={false} />
      <Handle type="source" position={across ? Position.Right : Position.Bottom} isConnectable={false} />
    </>
  )
}

export const Card = memo(function Card({ id, data }: NodeProps<CardNode>) {
  const { t } = useTranslation()
  const { standing } = data
  if (data.kind === 'begin' || data.kind === 'finish')
    return (
      <div className="diagram-round" data-state={standing?.state}>
        {data.kind === 'begin' ? <PlayCircleOutlined aria-hidden="true" /> : <StopOutlined aria-hidden="true" />}
        {data.title}
        <Handles across={data.across} />
      </div>
    )
  return (
    <div className="diagram-card" data-state={standing?.state} data-testid={`node-${id}`}>
      <span className="diagram-kind" aria-hidden="true">
        {ICONS[data.kind] ?? <ApiOutlined />}
      </span>
      <span className="diagram-title" title={data.title}>
        {data.title}
      </span>
      {standing && standing.visits > 1 && <span className="diagram-visits">×{standing.visits}</span>}
      {standing && <span className="visually-hidden">{t(`work.diagram.${standing.state}`)}</span>}
      <Handles across={data.across} />
    </div>
  )
})
