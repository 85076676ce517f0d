/** What the API refuses, as one error with a sentence in each language. */
import { sentenceIn, textIn, type Language } from '../i18n'

type Body = {
  code?: string
  zh?: string
  en?: string
  detail?: { fields?: Record<string, string>; fields_zh?: Record<string, string> } & Record<string, unknown>
  problems?: { zh: string; en: string; node?: string; line?: number; severity?: string }[]
}

export class ApiProblem extends Error {
  readonly status: number
  readonly code: string
  readonly body: Body

  constructor(status: number, body: Body) {
    super(`${body.code}: ${body.en}`)
    this.status = status
    this.code = body.code ?? 'unknown'
    this.body = body
  }

  static offline(): ApiProblem {
    return new ApiProblem(0, {
      code: 'offline',
      zh: '连接不上服务器，请检查网络后重试',
      en: 'The server cannot be reached. Check the connection and try again',
    })
  }

  /** The server's own sentence. */
  sentence(language: Language): string {
    return sentenceIn({ zh: this.body.zh, en: this.body.en }, language)
  }

  /** Sentences by field of a form, as dotted paths. */
  fields(language: Language): Record<string, string> {
    const { fields, fields_zh } = this.body.detail ?? {}
    return (language === 'zh' ? (fields_zh ?? fields) : fields) ?? {}
  }
}

/** The problem in an answer that is no success; also where something between us and the API answered. */
export function problemOf(response: Response, body: unknown): ApiProblem {
  if (typeof body === 'object' && body !== null && 'code' in body) return new ApiProblem(response.status, body as Body)
  return new ApiProblem(response.status, {
    code: 'unexpected',
    zh: response.status >= 500 ? `服务暂时不可用（${response.status}），请稍后重试` : `服务器返回了意外的结果（${response.status}）`,
    en: response.status >= 500 ? `The service is not available just now (${response.status}). Try again in a minute` : `The server answered unexpectedly (${response.status})`,
  })
}

/** A sentence for anything that was thrown. */
export function sentenceOf(error: unknown, language: Language): string {
  if (error instanceof ApiProblem) return error.sentence(language)
  return textIn({ zh: '出了点问题，请重试', en: 'Something went wrong. Try again' }, language)
}
