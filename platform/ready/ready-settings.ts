import { Type } from 'typebox'
import { setting } from '../config.ts'

/** When a process that reads logs or uses stores says that it is ready. */
export const readySettings = {
  readyMaxLag: setting({
    env: 'READY_MAX_LAG',
    type: Type.Integer({ minimum: 0 }),
    fallback: 50_000,
    describe:
      'a process is not ready while it is more messages than this behind the end of a topic; about a minute of a busy topic, so that neither a burst nor a restart is taken for a backlog',
  }),
  readyAnswerMs: setting({
    env: 'READY_ANSWER_MS',
    type: Type.Integer({ minimum: 1_000 }),
    fallback: 7_000,
    describe: 'a process is not ready while a store that it needs has not answered for this long, ms',
  }),
}
