/**
 * The page of an execution in the console of AWS; null for an office that runs elsewhere.
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-view-execution-details.html
 */
export function consoleUrl(executionArn: string | undefined, engine: string): string | null {
  const region = executionArn?.split(':')[3];
  if (executionArn === undefined || engine === 'embedded' || region === undefined) return null;
  return `https://${region}.console.aws.amazon.com/states/home?region=${region}#/v2/executions/details/${executionArn}`;
}
