import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Json, JsonObject } from '../../../schemas/json.ts';
import { atEndOfTurn } from '../end-of-turn.ts';
import { Archive, type FinishedExecution } from './archive.ts';
import { type PreparedMachine, prepareMachine } from './definition.ts';
import { EngineApiError } from './errors.ts';
import { type End, Execution } from './execution.ts';
import type { ChildRequest, ExecutionHost, Invocation } from './execution-host.ts';
import { type ExecutionStart, Journals } from './journal.ts';
import { after } from './timers.ts';
import { Tokens } from './tokens.ts';

const ARN_PREFIX = 'arn:aws:states:us-east-1:000000000000';
/** Step Functions' own limit for an execution's input, in bytes. */
const LARGEST_INPUT = 262_144;

export interface EngineOptions {
  /** Where journals and the archive live; one engine at a time. */
  readonly directory: string;
  /** State machines by name, with ARNs in the place of placeholders. */
  readonly machines: Readonly<Record<string, JsonObject>>;
  /** Invokes a function by name or ARN; never rejects. */
  readonly invoke: (functionArn: string, payload: string) => Promise<Invocation>;
  readonly onTransition?: (machine: string, state: string) => void;
  readonly onEnd?: (record: FinishedExecution) => void;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Ended executions that DescribeExecution still knows. */
  readonly archived?: number;
}

/** An execution that runs has no `stopped`. */
export type ExecutionDescription = ExecutionStart &
  ({ readonly status: 'RUNNING' } | Omit<FinishedExecution, keyof ExecutionStart>);

export type Engine = Awaited<ReturnType<typeof createEngine>>;

export function stateMachineArn(name: string): string {
  return `${ARN_PREFIX}:stateMachine:${name}`;
}

function executionArn(machine: string, name: string): string {
  return `${ARN_PREFIX}:execution:${machine}:${name}`;
}

/**
 * A durable engine for Standard state machines: what its journals hold survives the process.
 * `recover` continues every execution that another process left; call it once, when functions can be invoked.
 *
 * @throws UnsupportedDefinitionError when a definition can't run here
 */
export async function createEngine(options: EngineOptions) {
  const now = options.now ?? Date.now;
  const machines = new Map<string, PreparedMachine>();
  for (const [name, source] of Object.entries(options.machines)) {
    machines.set(name, prepareMachine(source, { name, arn: stateMachineArn(name) }));
  }
  const journals = new Journals(join(options.directory, 'running'));
  const archive = new Archive(join(options.directory, 'finished.jsonl'), options.archived);
  const running = new Map<string, Execution>();
  const tokens = new Tokens();
  const invocations = new Set<Promise<Invocation>>();
  let closed = false;

  const host: ExecutionHost = {
    journals,
    tokenPlaceholder: `task-token-${randomUUID()}`,
    now,
    draining: () => closed,
    invoke: async (functionArn, payload) => {
      const invocation = options.invoke(functionArn, payload);
      invocations.add(invocation);
      const answer = await invocation;
      invocations.delete(invocation);
      return answer;
    },
    onTransition: options.onTransition ?? (() => undefined),
    onEnd: (execution, record) => {
      archive.add(record);
      journals.remove(execution.start);
      running.delete(record.arn);
      tokens.dropAll(execution);
      const end: End = {
        status: 'ABORTED',
        cause: `The execution that waited for this one ended: ${record.arn}.`,
      };
      for (const child of running.values()) if (child.start.parent === record.arn) child.end(end);
      options.onEnd?.(record);
    },
    onToken: (token, execution, key) => tokens.add(token, execution, key),
    dropToken: (token) => tokens.drop(token),
    startChild: async (parent, child) => startChild(parent, child),
    stopChild: (arn) => running.get(arn)?.end({ status: 'ABORTED', cause: 'Its caller stopped waiting.' }),
    childArn: (machineArn, name) => executionArn(machineArn.split(':').at(-1) ?? '', name),
  };

  function startChild(parent: Execution, child: ChildRequest): Promise<FinishedExecution> {
    const machine = machineOf(child.machineArn);
    const finished = child.again ? archive.get(executionArn(machine.name, child.name)) : undefined;
    if (finished !== undefined) return Promise.resolve(finished);
    const text = JSON.stringify(child.input);
    requireRoom(text, 'InvalidExecutionInput', 'Invalid State Machine Execution Input');
    return begin(machine, child.name, text, child.input, parent.start.arn).finished;
  }

  function machineOf(arn: string): PreparedMachine {
    const name = /:stateMachine:([^:]+)$/.exec(arn)?.[1];
    if (name === undefined) throw new EngineApiError('InvalidArn', `Invalid Arn: '${arn}'`);
    const machine = machines.get(name);
    if (machine !== undefined) return machine;
    throw new EngineApiError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
  }

  /** Same name and input as an execution that still runs: that execution, as Step Functions does. */
  function begin(
    machine: PreparedMachine,
    name: string,
    input: string,
    parsed: Json,
    parent?: string,
  ): Execution {
    if (closed)
      throw new EngineApiError('ValidationException', 'The engine is stopping; start the execution later.');
    if (!/^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]{1,80}$/u.test(name)) {
      throw new EngineApiError('InvalidName', `Invalid Name: '${name}'`);
    }
    const arn = executionArn(machine.name, name);
    const known = running.get(arn);
    if (known?.start.input === input) return known;
    if (known !== undefined || archive.get(arn) !== undefined) {
      throw new EngineApiError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
    }
    const identity = { arn, machine: machine.name, name, input, started: now() };
    const start: ExecutionStart = parent === undefined ? identity : { ...identity, parent };
    journals.begin(start);
    const execution = new Execution(start, machine, host);
    running.set(arn, execution);
    queueMicrotask(() => execution.run(parsed));
    return execution;
  }

  function find(arn: string): ExecutionDescription {
    const execution = running.get(arn);
    if (execution !== undefined) return { ...execution.start, status: 'RUNNING' };
    const record = archive.get(arn);
    if (record !== undefined) return record;
    throw new EngineApiError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
  }

  return {
    /** @throws EngineApiError ExecutionAlreadyExists, InvalidName, InvalidExecutionInput, StateMachineDoesNotExist */
    startExecution(machineArn: string, name: string, input: string): ExecutionStart {
      const machine = machineOf(machineArn);
      const parsed = requireJson(input, 'InvalidExecutionInput', 'Invalid State Machine Execution Input');
      return begin(machine, name, input, parsed).start;
    },

    /** Stops an execution and those it waits for; one that has ended stays as it is. */
    stopExecution(arn: string, error?: string, cause?: string): { stopped: number } {
      const reason = { ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) };
      running.get(arn)?.end({ status: 'ABORTED', ...reason });
      const description = find(arn);
      return { stopped: 'stopped' in description ? description.stopped : now() };
    },

    /** @throws EngineApiError ExecutionDoesNotExist */
    describeExecution: find,

    /** Newest first. */
    listExecutions(machineArn: string, status?: string, limit = 100): ExecutionDescription[] {
      const { name } = machineOf(machineArn);
      const active = [...running.keys()].reverse().map(find);
      return [...active, ...archive.list()]
        .filter(
          (execution) => execution.machine === name && (status === undefined || execution.status === status),
        )
        .slice(0, limit);
    },

    /** @throws EngineApiError InvalidToken, TaskTimedOut, InvalidOutput */
    sendTaskSuccess(token: string, output: string): void {
      const result = requireJson(output, 'InvalidOutput', 'Invalid Task Output');
      tokens.settle(token, { result });
    },

    /** @throws EngineApiError InvalidToken, TaskTimedOut */
    sendTaskFailure(token: string, error = 'States.TaskFailed', cause = ''): void {
      tokens.settle(token, { error, cause });
    },

    /** @throws EngineApiError InvalidToken, TaskTimedOut */
    sendTaskHeartbeat(token: string): void {
      tokens.beat(token);
    },

    /** Resolves when whatever was asked up to now would survive this process. */
    recorded: (): Promise<void> => new Promise((resolve) => atEndOfTurn('answers', resolve)),

    /** Resolves when the execution ends; at once if it has. */
    async waitFor(arn: string): Promise<FinishedExecution> {
      const execution = running.get(arn);
      if (execution !== undefined) return execution.finished;
      const record = find(arn);
      if ('stopped' in record) return record;
      throw new EngineApiError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
    },

    /** Continues what an earlier process left unfinished; returns how many executions that were. */
    recover(): number {
      const found: Execution[] = [];
      for (const { start, attempts } of journals.readAll()) {
        const machine = machines.get(start.machine);
        // The archive is written first and the journal removed after it: a crash in between leaves both.
        if (archive.get(start.arn) !== undefined) journals.remove(start);
        else if (machine !== undefined) {
          const execution = new Execution(start, machine, host, attempts);
          running.set(start.arn, execution);
          found.push(execution);
        }
      }
      for (const execution of found) execution.run();
      return found.length;
    },

    runningCount(): number {
      return running.size;
    },

    /**
     * Leaves every execution where it is; the next engine on this directory continues them. Functions that
     * run get `graceSeconds` to end, so that their results are recorded and they needn't run again.
     */
    async close(graceSeconds = 5): Promise<void> {
      if (closed) return;
      closed = true;
      let cancel = (): void => undefined;
      const grace = new Promise<void>((resolve) => {
        cancel = after(graceSeconds * 1000, resolve);
      });
      await Promise.race([Promise.allSettled([...invocations]), grace]);
      cancel();
      for (const execution of running.values()) execution.suspend();
      running.clear();
      journals.close();
      archive.close();
    },
  };
}

type Refusal = 'InvalidOutput' | 'InvalidExecutionInput';

function requireJson(text: string, name: Refusal, complaint: string): Json {
  requireRoom(text, name, complaint);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new EngineApiError(name, `${complaint}: ${error instanceof Error ? error.message : 'not JSON'}`);
  }
}

function requireRoom(text: string, name: Refusal, complaint: string): void {
  if (Buffer.byteLength(text) > LARGEST_INPUT)
    throw new EngineApiError(name, `${complaint}: more than ${LARGEST_INPUT} bytes.`);
}
