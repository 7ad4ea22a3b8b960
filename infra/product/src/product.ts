import type { App } from './app.ts'
import { apps } from './apps.ts'

type Declared = typeof apps
export type AppName = keyof Declared
export type DatabaseName = { [Name in AppName]: Declared[Name] extends { database: infer D } ? D : never }[AppName]
/** The apps that are service clients. */
export type ClientName = {
  [Name in AppName]: Declared[Name] extends { callsServices: true } ? Name : never
}[AppName]

type CamelCase<Name extends string> = Name extends `${infer First}-${infer Rest}`
  ? `${First}${Capitalize<CamelCase<Rest>>}`
  : Name

/** The address of each app, by its name in camel case: `enrollmentApi`. */
export type AppUrls = Record<CamelCase<AppName>, string>

export const appOf = (name: AppName): App => apps[name]

export const appNames = Object.keys(apps) as AppName[]

/** The apps that consume events, each as the group with its name. */
export const consumers = appNames.filter((name) => appOf(name).consumes)

/** The topic for records that an app cannot handle. */
export const deadLetterTopicOf = (app: AppName) => `${app}.dlq`

export const otherDeadLettersOf = (app: AppName) => consumers.filter((other) => other !== app).map(deadLetterTopicOf)

export const clientNames = appNames.filter((name) => appOf(name).callsServices) as ClientName[]

/** The apps that have a database, with its name. */
export const databases = appNames.flatMap((app) => {
  const { database } = appOf(app)
  return database ? [{ app, database: database as DatabaseName }] : []
})

/** Builds a record with the result of `make` for each app, by the app's name. */
export function mapApps<Made>(make: (name: AppName, app: App) => Made): Record<AppName, Made> {
  return Object.fromEntries(appNames.map((name) => [name, make(name, appOf(name))])) as Record<AppName, Made>
}

export function keyOf<Name extends AppName>(name: Name): CamelCase<Name> {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()) as CamelCase<Name>
}

export function urlsBy(urlOf: (name: AppName) => string): AppUrls {
  return Object.fromEntries(appNames.map((name) => [keyOf(name), urlOf(name)])) as AppUrls
}
