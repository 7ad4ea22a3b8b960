import { type App, Stack, Validations } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'
import { type Environment, region } from './environment.ts'

/** Opens the stack for one concern of an environment. Any account may hold it. */
export function openStack(app: App, { name }: Environment, concern: string, description: string): Stack {
  const id = `coursewire-${name}-${concern}`
  return new Stack(app, id, { env: { region }, description, terminationProtection: true })
}

/** Accepts findings of cdk-nag, each for a reason in words. */
export function accept(construct: IConstruct, reasons: Record<string, string>): void {
  for (const [id, reason] of Object.entries(reasons)) Validations.of(construct).acknowledge({ id, reason })
}
