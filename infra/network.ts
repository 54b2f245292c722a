import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

/** Where a function's packets may go. */
export type Reach =
  /** Nowhere: a subnet without a route and a security group without a rule. */
  | 'nothing'
  /** S3 in this region, the bucket of workspaces only. */
  | 'workspaces'
  /** The internet: not in this network at all, but on Lambda's own. */
  | 'internet';

/**
 * A network without a way out. It has no gateway to the internet and no NAT, so it costs nothing and nothing in it
 * can be reached or call home; one endpoint leads to S3, for the functions that work on files.
 */
export class SealedNetwork extends Construct {
  readonly #vpc: ec2.Vpc;
  readonly #groups: Readonly<Record<'nothing' | 'workspaces', ec2.SecurityGroup>>;

  constructor(scope: Construct, id: string, props: { readonly workspaces: s3.Bucket }) {
    super(scope, id);
    const subnet = (name: string): ec2.SubnetConfiguration => ({
      name,
      subnetType: ec2.SubnetType.PRIVATE_ISOLATED,
      // Each function needs an address per subnet and security group, not per invocation.
      cidrMask: 26,
    });
    this.#vpc = new ec2.Vpc(this, 'Vpc', {
      ipAddresses: ec2.IpAddresses.cidr('10.80.0.0/22'),
      maxAzs: 2,
      natGateways: 0,
      createInternetGateway: false,
      subnetConfiguration: [subnet('nothing'), subnet('workspaces')],
      restrictDefaultSecurityGroup: false,
    });
    const endpoint = this.#vpc.addGatewayEndpoint('S3', {
      service: ec2.GatewayVpcEndpointAwsService.S3,
      subnets: [{ subnetGroupName: 'workspaces' }],
    });
    endpoint.addToPolicy(
      new iam.PolicyStatement({
        principals: [new iam.AnyPrincipal()],
        actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:ListBucket'],
        resources: [props.workspaces.bucketArn, props.workspaces.arnForObjects('tenants/*')],
      }),
    );
    const group = (name: string, description: string): ec2.SecurityGroup =>
      new ec2.SecurityGroup(this, name, { vpc: this.#vpc as ec2.IVpc, description, allowAllOutbound: false });
    const workspaces = group('WorkspacesGroup', 'HTTPS, which only S3 is routed to');
    workspaces.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'S3 by its gateway endpoint');
    this.#groups = { nothing: group('NothingGroup', 'No packet leaves'), workspaces };
  }

  /** What a function needs to be placed here; nothing for one on Lambda's own network. */
  placement(
    reach: Reach,
  ): { vpc: ec2.IVpc; vpcSubnets: ec2.SubnetSelection; securityGroups: ec2.ISecurityGroup[] } | undefined {
    if (reach === 'internet') return undefined;
    return {
      vpc: this.#vpc as ec2.IVpc,
      vpcSubnets: { subnetGroupName: reach },
      securityGroups: [this.#groups[reach]],
    };
  }
}
