import { Fn, RemovalPolicy } from 'aws-cdk-lib';
import { CfnVectorBucket } from 'aws-cdk-lib/aws-s3vectors';
import { Construct } from 'constructs';

/**
 * Vectors of remembered plans in Amazon S3 Vectors. The archivist makes an index for each encoder, whose dimension
 * nobody knows before. Encrypted by S3 itself; the texts that the vectors stand for are in the memory table.
 */
export class VectorStore extends Construct {
  readonly bucketName: string;
  /** The bucket and its indexes. */
  readonly arns: readonly string[];

  constructor(scope: Construct, id: string, props: { readonly retain: boolean }) {
    super(scope, id);
    const bucket = new CfnVectorBucket(this, 'Bucket', {
      encryptionConfiguration: { sseType: 'AES256' },
    });
    bucket.applyRemovalPolicy(props.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY);
    const arn = bucket.attrVectorBucketArn;
    // arn:aws:s3vectors:<region>:<account>:bucket/<name>
    this.bucketName = Fn.select(1, Fn.split('/', arn));
    this.arns = [arn, `${arn}/index/*`];
  }
}
