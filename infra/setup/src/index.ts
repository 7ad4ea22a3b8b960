export { callApi } from './call-api.ts'
export { bringInFirstCourse, buildGeneration, createTestStudent, firstCourse, testStudent } from './first-course.ts'
export { type AppName, appFile, migrate, type Prepared, prepareServers, tenant } from './prepare.ts'
export { keepSecrets, type Secrets } from './secrets.ts'
