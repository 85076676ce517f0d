/** Keys that work on every step: Ctrl+K searches, Ctrl+Z and Ctrl+Shift+Z undo and redo (not while typing). */
import { App } from 'antd'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { redo, undo } from '../store/design'

/** Whether keys go into a field just now. */
export function typing(target: EventTarget | null): boolean {
  const at = target as HTMLElement | null
  return at !== null && (/^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName) || at.isContentEditable === true)
}

/** Undo and redo that say what they did. */
export function useTravel(): { back: () => Promise<void>; forth: () => Promise<void> } {
  const { message } = App.useApp()
  const { t } = useTranslation()
  return {
    back: async () => {
      const what = await undo()
      if (what !== null) void message.info(t('design.bar.undone', { what }))
    },
    forth: async () => {
      const what = await redo()
      if (what !== null) void message.info(t('design.bar.redone', { what }))
    },
  }
}

export function useKeys({ find }: { find: () => void }): void {
  const { back, forth } = useTravel()
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (!event.ctrlKey && !event.metaKey) return
      const key = event.key.toLowerCase()
      if (key === 'k') {
        event.preventDefault()
        find()
      } else if (!typing(event.target) && (key === 'z' || key === 'y')) {
        event.preventDefault()
        void (key === 'y' || event.shiftKey ? forth() : back())
      }
    }
    addEventListener('keydown', pressed)
    return () => removeEventListener('keydown', pressed)
  })
}
