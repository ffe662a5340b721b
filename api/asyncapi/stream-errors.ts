/** Codes of `error` messages, after which a connection goes on; what ends one is a close code. */
export const streamErrors = {
  invalid_message: 'A message of a known type has something wrong in it',
  already_greeted: 'Hello was said before',
  unknown_region: 'There is no such region',
  unknown_kpi: 'There is no such KPI',
  forbidden_region: 'A region that the token does not name; nothing was subscribed',
  unknown_subscription: 'There is no subscription of this id',
  too_many_subscriptions: 'The connection has as many as it may; this one was not added',
  rate_limited: 'Messages come faster than they are taken; this one was not',
} as const
