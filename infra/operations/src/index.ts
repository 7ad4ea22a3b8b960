export { runHere, runProcess } from './run-command.ts'
export { announceStack, findRunningStack, type RunningStack, withdrawStack } from './running-stack.ts'
export { claimDirectory, findOwner } from './single-start.ts'
