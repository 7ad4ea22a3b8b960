import { type AppName, appNames, appOf, deadLetterTopicOf, otherDeadLettersOf } from './product.ts'

/** A right on Kafka. The right to read or to write includes the right to describe. */
export interface Access {
  operation: 'READ' | 'WRITE' | 'DELETE'
  resource: 'TOPIC' | 'GROUP'
  name: string
  /** Whether `name` is the whole name, or only its beginning. */
  pattern: 'LITERAL' | 'PREFIXED'
}

/** The topics that an app consumes or follows. */
export function topicsReadBy(name: AppName): string[] {
  const { consumes = [], follows = [], consumesDeadLetters } = appOf(name)
  return [...consumes, ...follows, ...(consumesDeadLetters ? otherDeadLettersOf(name) : [])]
}

/** Everything that an app may do on Kafka. */
export function accessOf(name: AppName): Access[] {
  const { produces = [], consumes } = appOf(name)
  const written = [...produces, ...(consumes ? [deadLetterTopicOf(name)] : [])]
  const read = topicsReadBy(name)
  return [
    ...written.map((topic) => allow('WRITE', 'TOPIC', topic)),
    ...read.map((topic) => allow('READ', 'TOPIC', topic)),
    ...(consumes ? [allow('READ', 'GROUP', name)] : []),
    // Groups of single processes, which follow a topic or read it once, and take their group away at the end.
    ...(read.length > 0 ? [allow('READ', 'GROUP', `${name}.`, 'PREFIXED')] : []),
    ...(read.length > 0 ? [allow('DELETE', 'GROUP', `${name}.`, 'PREFIXED')] : []),
  ]
}

/**
 * The rights of every app, each for its principal. `principals` has `{app}` for the name of the app, as in `User:{app}`. Throws if it has not,
 * because all apps would share their rights.
 */
export function accessOfAll(principals: string): (Access & { principal: string })[] {
  if (!principals.includes('{app}'))
    throw new Error(`The principals need {app} for the name of the app, as in User:{app}, and not ${principals}`)
  return appNames.flatMap((app) =>
    accessOf(app).map((access) => ({ ...access, principal: principals.replaceAll('{app}', app) })),
  )
}

function allow(
  operation: Access['operation'],
  resource: Access['resource'],
  name: string,
  pattern: Access['pattern'] = 'LITERAL',
): Access {
  return { operation, resource, name, pattern }
}
