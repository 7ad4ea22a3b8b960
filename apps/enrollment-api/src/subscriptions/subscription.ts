export const subscriptionKinds = ['target_group', 'course'] as const

/** What somebody wants to be told of: new courses for a target group, or a course by its id. */
export interface Subscription {
  kind: (typeof subscriptionKinds)[number]
  value: string
}

/** Returns the values of the subscriptions by their kind. */
export function sortByKind(subscriptions: Subscription[]): { targetGroups: string[]; courseIds: string[] } {
  const valuesOf = (kind: Subscription['kind']) =>
    subscriptions.filter((each) => each.kind === kind).map(({ value }) => value)
  return { targetGroups: valuesOf('target_group'), courseIds: valuesOf('course') }
}
