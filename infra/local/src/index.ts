export { bringInFirstCourse, firstCourse } from './courses.ts'
export { startNode } from './node-process.ts'
export { type Stack, startStack, tenant } from './stack.ts'
