export { accessOf, isolateDatabase, provisionService, type ServiceAccess, type ServicePasswords } from './provision.ts'
export { postgresVersion } from './version.ts'
