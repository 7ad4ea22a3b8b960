import { type App, CfnOutput } from 'aws-cdk-lib'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import {
  ConfigurationSet,
  EmailIdentity,
  EmailSendingEvent,
  EventDestination,
  Identity,
  SuppressionReasons,
} from 'aws-cdk-lib/aws-ses'
import type { Environment } from './environment.ts'
import { createLetters } from './messaging.ts'
import { openStack } from './stack.ts'

export type Mail = ReturnType<typeof createMail>

/** Creates the identity from which SES sends, signed with DKIM, and has SES tell on a topic what became of each mail. */
export function createMail(app: App, environment: Environment, { key }: { key: IKey }) {
  const stack = openStack(app, environment, 'mail', 'SES')
  const topicName = `coursewire-${environment.name}-mail-feedback`
  const feedback = createLetters(stack, environment, { what: 'mail-feedback', topicName, key })
  const configurationSet = new ConfigurationSet(stack, 'ConfigurationSet', {
    configurationSetName: `coursewire-${environment.name}`,
    reputationMetrics: true,
    suppressionReasons: SuppressionReasons.BOUNCES_AND_COMPLAINTS,
  })
  configurationSet.addEventDestination('Feedback', {
    destination: EventDestination.snsTopic(feedback.topic),
    events: [
      EmailSendingEvent.DELIVERY,
      EmailSendingEvent.DELIVERY_DELAY,
      EmailSendingEvent.BOUNCE,
      EmailSendingEvent.COMPLAINT,
    ],
  })
  const identity = new EmailIdentity(stack, 'Identity', {
    identity: Identity.domain(environment.domain),
    dkimSigning: true,
    mailFromDomain: `mail.${environment.domain}`,
  })
  for (const [index, { name, value }] of identity.dkimRecords.entries()) {
    new CfnOutput(stack, `Dkim${index + 1}`, { value: `${name} CNAME ${value}` })
  }
  return { identity, configurationSet, feedback }
}
