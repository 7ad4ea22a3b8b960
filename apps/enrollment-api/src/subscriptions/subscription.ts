export const subscriptionKinds = ['target_group', 'course'] as const

/** A wish to be told of something: of new courses for a target group, or of a course by its id. */
export interface Subscription {
  kind: (typeof subscriptionKinds)[number]
  value: string
}

/** Kinds of mails: a course for a target group appears, a followed course appears, a followed course changes. */
export const newsKinds = ['launch', 'notice', 'change'] as const
export type NewsKind = (typeof newsKinds)[number]

/** Ids of subscribers look different from those of accounts. */
export const isSubscriberId = (id: string): boolean => id.startsWith('sub_')

/** Returns the values of the subscriptions by their kind. */
export function sortByKind(subscriptions: Subscription[]): { targetGroups: string[]; courseIds: string[] } {
  const valuesOf = (kind: Subscription['kind']) =>
    subscriptions.filter((each) => each.kind === kind).map(({ value }) => value)
  return { targetGroups: valuesOf('target_group'), courseIds: valuesOf('course') }
}
