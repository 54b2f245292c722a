import type { OnInvocation } from './function-host.ts';
import type { RequestCounts } from './store-requests.ts';

/** What the office has used since it started: everything that AWS would put on a bill. */
export interface MeterSnapshot {
  /** Requests by service and operation. */
  readonly requests: RequestCounts;
  readonly lambda: Readonly<Record<string, FunctionUse>>;
  /** States entered, by state machine; Standard workflows are billed by these. */
  readonly transitions: Readonly<Record<string, number>>;
  readonly executions: Readonly<Record<string, number>>;
}

export interface FunctionUse {
  invocations: number;
  failures: number;
  milliseconds: number;
  /** Memory times duration, what Lambda charges for. */
  gigabyteSeconds: number;
}

export interface Meter {
  readonly onInvocation: OnInvocation;
  readonly onTransition: (machine: string) => void;
  readonly onExecutionEnd: (machine: string, status: string) => void;
  snapshot(): Promise<MeterSnapshot>;
  /** Prometheus text exposition format 0.0.4. */
  prometheus(): Promise<string>;
}

/** Counts in plain numbers: two additions for an invocation, one for a transition. */
export function createMeter(requests: () => Promise<RequestCounts>): Meter {
  const lambda: Record<string, FunctionUse> = {};
  const transitions: Record<string, number> = {};
  const executions: Record<string, number> = {};

  const snapshot = async (): Promise<MeterSnapshot> =>
    structuredClone({ requests: await requests(), lambda, transitions, executions });

  return {
    onInvocation: (name, milliseconds, memoryMb, failed) => {
      lambda[name] ??= { invocations: 0, failures: 0, milliseconds: 0, gigabyteSeconds: 0 };
      const use = lambda[name];
      use.invocations += 1;
      use.failures += failed ? 1 : 0;
      use.milliseconds += milliseconds;
      use.gigabyteSeconds += (milliseconds / 1000) * (memoryMb / 1024);
    },
    onTransition: (machine) => {
      transitions[machine] = (transitions[machine] ?? 0) + 1;
    },
    onExecutionEnd: (machine, status) => {
      const key = `${machine} ${status}`;
      executions[key] = (executions[key] ?? 0) + 1;
    },
    snapshot,
    prometheus: async () => exposition(await snapshot()),
  };
}

function exposition({ requests, lambda, transitions, executions }: MeterSnapshot): string {
  const lines: string[] = [];
  const counter = (name: string, help: string, samples: readonly [labels: string, value: number][]): void => {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} counter`);
    for (const [labels, value] of samples) lines.push(`${name}{${labels}} ${value}`);
  };
  const uses = Object.entries(lambda);
  counter(
    'office_store_requests_total',
    'Requests to DynamoDB, S3 and SQS.',
    Object.entries(requests).flatMap(([service, operations]) =>
      Object.entries(operations).map(([operation, count]): [string, number] => [
        `service="${service}",operation="${operation}"`,
        count,
      ]),
    ),
  );
  counter(
    'office_function_invocations_total',
    'Lambda invocations.',
    uses.map(([name, use]) => [`function="${name}"`, use.invocations]),
  );
  counter(
    'office_function_failures_total',
    'Lambda invocations that ended in an error.',
    uses.map(([name, use]) => [`function="${name}"`, use.failures]),
  );
  counter(
    'office_function_seconds_total',
    'Time spent in Lambda functions.',
    uses.map(([name, use]) => [`function="${name}"`, use.milliseconds / 1000]),
  );
  counter(
    'office_state_transitions_total',
    'States entered.',
    Object.entries(transitions).map(([machine, count]) => [`machine="${machine}"`, count]),
  );
  counter(
    'office_executions_total',
    'Executions that ended.',
    Object.entries(executions).map(([key, count]) => {
      const [machine, status] = key.split(' ');
      return [`machine="${machine}",status="${status}"`, count];
    }),
  );
  return `${lines.join('\n')}\n`;
}
