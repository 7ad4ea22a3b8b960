import { appNames } from '@coursewire/product'
import { type App, RemovalPolicy } from 'aws-cdk-lib'
import { Repository, RepositoryEncryption, TagMutability } from 'aws-cdk-lib/aws-ecr'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import type { Environment } from './environment.ts'
import { openStack } from './stack.ts'

const images = ['setup', ...appNames] as const
export type Repositories = Record<(typeof images)[number], Repository>

/** Creates a repository for each image of `infra/docker`. An image that was pushed never changes. */
export function createRegistry(app: App, environment: Environment, { key }: { key: IKey }): Repositories {
  const stack = openStack(app, environment, 'registry', 'The images')
  const create = (image: string) =>
    new Repository(stack, image, {
      repositoryName: `coursewire/${image}`,
      imageTagMutability: TagMutability.IMMUTABLE,
      imageScanOnPush: true,
      encryption: RepositoryEncryption.KMS,
      encryptionKey: key,
      lifecycleRules: [{ maxImageCount: 50 }],
      removalPolicy: RemovalPolicy.RETAIN,
    })
  return Object.fromEntries(images.map((image) => [image, create(image)])) as Repositories
}
