/** Settings of a person's own account, and keys of models: neither belongs into a local AWS. */
const FOREIGN = /^AWS_(PROFILE|SESSION_TOKEN|CONFIG_FILE|SHARED_CREDENTIALS_FILE|ENDPOINT_URL_.*)$|_API_KEY$/;

/** The environment in which AWS means the endpoint on this machine. */
export function localEnvironment(url: string, environment: NodeJS.ProcessEnv): Record<string, string> {
  const kept = Object.entries(environment).flatMap(([name, value]) =>
    value === undefined || FOREIGN.test(name) ? [] : [[name, value] as const],
  );
  return {
    ...Object.fromEntries(kept),
    AWS_ENDPOINT_URL: url,
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_EC2_METADATA_DISABLED: 'true',
    OFFICE_DATA: 'destroy',
    // MiniStack knows neither AWS::Logs::QueryDefinition nor alarms over several metrics.
    OFFICE_MONITORING: environment['OFFICE_MONITORING'] ?? 'basic',
    // Nor Amazon S3 Vectors.
    OFFICE_VECTORS: environment['OFFICE_VECTORS'] ?? 'none',
    // A whole test suite is one caller; the usual limit is for one person.
    REQUESTS_PER_MINUTE: environment['REQUESTS_PER_MINUTE'] ?? '6000',
  };
}
