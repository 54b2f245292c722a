import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { DataStores } from './data-stores.ts';

/**
 * The role behind the credentials of a tool's run. It may touch any workspace, but nobody gets it as it is: the
 * executor assumes it for each run with a session policy that names the one task's prefix, and hands these
 * credentials to the tool.
 */
export class WorkspaceRole extends Construct {
  readonly role: iam.Role;

  constructor(scope: Construct, id: string, props: { stores: DataStores; holders: readonly iam.Role[] }) {
    super(scope, id);
    const { workspaces, key } = props.stores;
    this.role = new iam.Role(this, 'Role', {
      assumedBy: new iam.CompositePrincipal(
        ...props.holders.map((holder) => new iam.ArnPrincipal(holder.roleArn)),
      ),
      description: 'Files of one task, narrowed by a session policy for each run of a tool',
      // The longest that a session may last when a role assumes a role.
      maxSessionDuration: Duration.hours(1),
    });
    const allow = (
      actions: string[],
      resources: string[],
      conditions?: Record<string, Record<string, string>>,
    ) =>
      this.role.addToPolicy(
        new iam.PolicyStatement({ actions, resources, ...(conditions === undefined ? {} : { conditions }) }),
      );
    allow(['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], [workspaces.arnForObjects('tenants/*')]);
    allow(['s3:ListBucket'], [workspaces.bucketArn], { StringLike: { 's3:prefix': 'tenants/*' } });
    allow(['kms:Decrypt', 'kms:GenerateDataKey'], [key.keyArn], {
      StringLike: { 'kms:ViaService': 's3.*.amazonaws.com' },
    });
  }
}
