import { type AppName, appNames, appOf } from '@coursewire/product'
import { type App, Duration } from 'aws-cdk-lib'
import { Certificate, CertificateValidation } from 'aws-cdk-lib/aws-certificatemanager'
import {
  AllowedMethods,
  CacheCookieBehavior,
  CacheHeaderBehavior,
  CachePolicy,
  CacheQueryStringBehavior,
  type CfnDistribution,
  Distribution,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  OriginSslPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront'
import { VpcOrigin } from 'aws-cdk-lib/aws-cloudfront-origins'
import { type IVpc, Peer, Port, SecurityGroup, SubnetType } from 'aws-cdk-lib/aws-ec2'
import {
  ApplicationLoadBalancer,
  ApplicationProtocol,
  ListenerAction,
  SslPolicy,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2'
import { StringParameter } from 'aws-cdk-lib/aws-ssm'
import { cidr, type Environment } from './environment.ts'
import { accept, openStack } from './stack.ts'

export type Edge = ReturnType<typeof createEdge>

const noAddresses = 'Access logs hold the addresses of visitors, and the product stores those nowhere.'

/** Which paths CloudFront never caches: everything that does not belong to the app with the pages. */
const uncachedPatterns = [
  ...new Set(appNames.flatMap((app) => appOf(app).paths).flatMap((path) => firstSegmentOf(path) ?? [])),
].map((segment) => `/${segment}/*`)

function firstSegmentOf(path: string): string | null {
  return path.split('/')[1] || null
}

/** The rules of the load balancer, in the order in which it tries them: the longest prefix decides, and `/` is for what is left. */
export const pathRules: { app: AppName; patterns: string[] }[] = appNames
  .flatMap((app) => appOf(app).paths.map((path) => ({ app, path })))
  .toSorted((one, other) => other.path.length - one.path.length)
  .map(({ app, path }) => ({ app, patterns: path === '/' ? ['/*'] : [path, `${path}/*`] }))

/** Creates the one public door: CloudFront, and behind it a load balancer that nobody else can reach. */
export function createEdge(app: App, environment: Environment, { vpc }: { vpc: IVpc }) {
  const stack = openStack(app, environment, 'edge', 'CloudFront and the load balancer')
  const { name, domain } = environment

  const group = new SecurityGroup(stack, 'LoadBalancerGroup', { vpc, description: 'Load balancer' })
  group.addIngressRule(Peer.ipv4(cidr), Port.tcp(443), 'CloudFront, whose door is in the network')
  const loadBalancer = new ApplicationLoadBalancer(stack, 'LoadBalancer', {
    vpc,
    vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
    internetFacing: false,
    securityGroup: group,
    dropInvalidHeaderFields: true,
    deletionProtection: true,
    // A call of an app may take as long.
    idleTimeout: Duration.seconds(60),
  })
  accept(loadBalancer, { 'AwsSolutions-ELB2': noAddresses })
  const listener = loadBalancer.addListener('Https', {
    port: 443,
    protocol: ApplicationProtocol.HTTPS,
    sslPolicy: SslPolicy.RECOMMENDED_TLS,
    certificates: [
      new Certificate(stack, 'Certificate', { domainName: domain, validation: CertificateValidation.fromDns() }),
    ],
    open: false,
    defaultAction: ListenerAction.fixedResponse(404),
  })

  const origin = VpcOrigin.withApplicationLoadBalancer(loadBalancer, {
    vpcOriginName: `coursewire-${name}`,
    protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
    originSslProtocols: [OriginSslPolicy.TLS_V1_2],
  })
  const common = {
    origin,
    viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
    allowedMethods: AllowedMethods.ALLOW_ALL,
    originRequestPolicy: OriginRequestPolicy.ALL_VIEWER,
  }
  const uncached = { ...common, cachePolicy: CachePolicy.CACHING_DISABLED }
  const distribution = new Distribution(stack, 'Distribution', {
    comment: `Coursewire, ${name}`,
    domainNames: [domain],
    certificate: Certificate.fromCertificateArn(
      stack,
      'PublicCertificate',
      // CloudFront takes certificates of us-east-1 alone, where no other part of the product is.
      StringParameter.valueForStringParameter(stack, `/coursewire/${name}/certificate-arn`),
    ),
    minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
    httpVersion: HttpVersion.HTTP2_AND_3,
    defaultBehavior: { ...common, compress: true, cachePolicy: createPagePolicy() },
    additionalBehaviors: Object.fromEntries(uncachedPatterns.map((pattern) => [pattern, uncached])),
  })
  ;(distribution.node.defaultChild as CfnDistribution).addPropertyOverride('DistributionConfig.CacheTagConfig', {
    HeaderName: 'cache-tag',
  })
  accept(distribution, {
    'AwsSolutions-CFR1': 'Courses are for people everywhere.',
    'AwsSolutions-CFR2':
      'The apps limit attempts and sizes themselves. Managed rules refuse bodies of more than 8 KB, as SNS and editors send them.',
    'AwsSolutions-CFR3': noAddresses,
  })
  return { loadBalancer, listener, distribution }

  /** Pages are the same for everybody but in their host; redirects and errors are in the language of the reader. */
  function createPagePolicy() {
    return new CachePolicy(stack, 'PagePolicy', {
      cachePolicyName: `coursewire-${name}-pages`,
      headerBehavior: CacheHeaderBehavior.allowList('Host', 'Accept-Language'),
      queryStringBehavior: CacheQueryStringBehavior.all(),
      cookieBehavior: CacheCookieBehavior.none(),
      enableAcceptEncodingBrotli: true,
      enableAcceptEncodingGzip: true,
      // Without a word of the app nothing is kept.
      defaultTtl: Duration.seconds(0),
      minTtl: Duration.seconds(0),
      maxTtl: Duration.days(365),
    })
  }
}
