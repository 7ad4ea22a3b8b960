export { startNode } from './node-process.ts'
export { type AppStarter, type Base, type Stack, startBase, startStack } from './stack.ts'
