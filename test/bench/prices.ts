/**
 * AWS list prices in us-east-1, US dollars (aws.amazon.com pricing pages, November 2026). Free tiers left out.
 */
export const prices = {
  /** Step Functions Standard, per state transition. */
  transition: 25 / 1_000_000,
  /** Lambda, arm64. */
  invocation: 0.2 / 1_000_000,
  gigabyteSecond: 0.0000133334,
  /** DynamoDB on demand, per request unit; the bench's items are small: one unit each, half for a strong read of 4 KB is one. */
  write: 0.625 / 1_000_000,
  read: 0.125 / 1_000_000,
  s3Put: 5 / 1_000_000,
  s3Get: 0.4 / 1_000_000,
  sqs: 0.4 / 1_000_000,
  /** API Gateway HTTP API. */
  httpRequest: 1 / 1_000_000,
} as const;
