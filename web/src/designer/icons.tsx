/** Icons and colours of kinds and actions, by the names that the catalogue gives; an unknown one gets a plain mark. */
import {
  ApartmentOutlined, ApiOutlined, AppstoreOutlined, AuditOutlined, BellOutlined, BlockOutlined, BranchesOutlined, CarOutlined,
  CheckSquareOutlined, ClockCircleOutlined, EditOutlined, EnvironmentOutlined, FileTextOutlined, FlagOutlined, ForkOutlined,
  GlobalOutlined, InboxOutlined, LinkOutlined, MergeCellsOutlined, NodeCollapseOutlined, PoweroffOutlined, RetweetOutlined, SendOutlined,
  ShoppingCartOutlined, TableOutlined, TagsOutlined, ThunderboltOutlined, ToolOutlined, UndoOutlined, UserOutlined, WalletOutlined,
} from '@ant-design/icons' // prettier-ignore
import type { ReactNode } from 'react'
import { palette } from '../theme/tokens'

const marks: Record<string, ReactNode> = {
  bolt: <ThunderboltOutlined />, check: <AuditOutlined />, link: <LinkOutlined />, split: <BranchesOutlined />, stop: <PoweroffOutlined />,
  repeat: <RetweetOutlined />, fork: <ForkOutlined />, join: <NodeCollapseOutlined />, merge: <MergeCellsOutlined />, bell: <BellOutlined />,
  flag: <FlagOutlined />, inbox: <InboxOutlined />, box: <BlockOutlined />, send: <SendOutlined />, pencil: <EditOutlined />,
  table: <TableOutlined />, user: <UserOutlined />, clock: <ClockCircleOutlined />, globe: <GlobalOutlined />, truck: <CarOutlined />,
  wallet: <WalletOutlined />, undo: <UndoOutlined />, tags: <TagsOutlined />, wrench: <ToolOutlined />, 'map-pin': <EnvironmentOutlined />,
  'shopping-cart': <ShoppingCartOutlined />, 'check-circle': <CheckSquareOutlined />, 'file-text': <FileTextOutlined />,
  route: <ApartmentOutlined />, package: <AppstoreOutlined />, plug: <ApiOutlined />,
} // prettier-ignore

export function Icon({ name }: { name: string | undefined }) {
  return <span aria-hidden="true">{marks[name ?? ''] ?? <AppstoreOutlined />}</span>
}

const inks: Record<string, string> = {
  people: palette.primary,
  flow: palette.running,
  data: '#6d4ba0',
  time: palette.waiting,
  messages: '#8a3f6b',
}

/** The colour of a group's cards. */
export function inkOf(group: string | undefined): string {
  return inks[group ?? ''] ?? '#4a5a6a'
}
