export { runHere, runProcess } from './run-command.ts'
export { announceStack, type RunningStack, readRunningStack, readSecrets, withdrawStack } from './running-stack.ts'
export { claimDirectory, findOwner } from './single-start.ts'
