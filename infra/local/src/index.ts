export { startNode } from './node-process.ts'
export { type AppStarter, type Base, type Stack, type StackOptions, startBase, startStack } from './stack.ts'
