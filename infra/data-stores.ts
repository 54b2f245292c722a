import { Duration, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { type TableName, tableKeys, tables, timeToLiveAttribute } from './tables.ts';

export interface DataStoresProps {
  /** False: tables, buckets and the key are deleted with the stack. */
  readonly retain: boolean;
}

/** Everything the office remembers: tables, the bucket of workspaces, and the key that both are encrypted with. */
export class DataStores extends Construct {
  readonly key: kms.Key;
  readonly tables: Readonly<Record<TableName, dynamodb.Table>>;
  readonly workspaces: s3.Bucket;

  constructor(scope: Construct, id: string, { retain }: DataStoresProps) {
    super(scope, id);
    const removalPolicy = retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    this.key = new kms.Key(this, 'Key', {
      description: 'Tasks, accounts, memory and workspaces of the intelligent office',
      enableKeyRotation: true,
      removalPolicy,
      pendingWindow: Duration.days(7),
    });
    const made = Object.entries(tables).map(([name, spec]) => {
      const table = new dynamodb.Table(this, `${name}Table`, {
        partitionKey: { name: tableKeys.partitionKey, type: dynamodb.AttributeType.STRING },
        sortKey: { name: tableKeys.sortKey, type: dynamodb.AttributeType.STRING },
        billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
        encryption: dynamodb.TableEncryption.CUSTOMER_MANAGED,
        encryptionKey: this.key,
        pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
        timeToLiveAttribute,
        deletionProtection: retain,
        removalPolicy,
      });
      for (const index of spec.indexes) {
        table.addGlobalSecondaryIndex({
          indexName: index.name,
          partitionKey: { name: index.partitionKey, type: dynamodb.AttributeType.STRING },
          sortKey: { name: index.sortKey, type: dynamodb.AttributeType.STRING },
          projectionType: dynamodb.ProjectionType.ALL,
        });
      }
      return [name, table] as const;
    });
    this.tables = Object.fromEntries(made) as Record<TableName, dynamodb.Table>;
    this.workspaces = this.#workspaces(removalPolicy);
  }

  #workspaces(removalPolicy: RemovalPolicy): s3.Bucket {
    const accessLog = new s3.Bucket(this, 'AccessLog', {
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      // Server access logs can't be written to a bucket with a customer's key.
      encryption: s3.BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      lifecycleRules: [{ expiration: Duration.days(90) }],
      removalPolicy,
    });
    return new s3.Bucket(this, 'Workspaces', {
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      encryption: s3.BucketEncryption.KMS,
      encryptionKey: this.key,
      bucketKeyEnabled: true,
      enforceSSL: true,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      serverAccessLogsBucket: accessLog as s3.IBucket,
      serverAccessLogsPrefix: 'workspaces/',
      lifecycleRules: [
        { abortIncompleteMultipartUploadAfter: Duration.days(1) },
        {
          transitions: [
            { storageClass: s3.StorageClass.INTELLIGENT_TIERING, transitionAfter: Duration.days(30) },
          ],
        },
        // As long as the event log of a task is kept.
        { prefix: 'tenants/', expiration: Duration.days(400) },
      ],
      removalPolicy,
    });
  }
}

/** The stack's partition, region and account as the start of an ARN: `arn:aws:lambda:eu-west-1:123456789012`. */
export const arnStart = (stack: Stack, service: string): string =>
  `arn:${stack.partition}:${service}:${stack.region}:${stack.account}`;
