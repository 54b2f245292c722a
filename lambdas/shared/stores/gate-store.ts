import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { type Outcome, outcomeSchema } from '../../../schemas/roles.ts';
import type { TaskKey } from '../../../schemas/task.ts';
import { expiry, sortKey, taskPartition } from './keys.ts';

const waiterSchema = z.object({ token: z.string(), prerequisites: z.array(z.string()) });

/** A gate after a change: who waits (with the task token), and who has ended how. */
export interface GateState {
  readonly waiting: ReadonlyMap<string, z.infer<typeof waiterSchema>>;
  readonly ended: ReadonlyMap<string, Outcome>;
}

/**
 * One DynamoDB item a gate, one unconditional update a call. Updates of one item are serialized, and each returns
 * the whole item, so of the two sides of a race (an item starts to wait, its last prerequisite ends) the later
 * one always sees the other.
 */
export interface GateStore {
  wait(
    key: TaskKey,
    gate: string,
    item: string,
    waiter: { token: string; prerequisites: string[] },
  ): Promise<GateState>;
  end(key: TaskKey, gate: string, item: string, outcome: Outcome): Promise<GateState>;
}

const WAITING = 'w:';
const ENDED = 'e:';

export function createGateStore(deps: { client: DynamoDBDocumentClient; table: string }): GateStore {
  async function put(key: TaskKey, gate: string, attribute: string, value: unknown): Promise<GateState> {
    const answer = await deps.client.send(
      new UpdateCommand({
        TableName: deps.table,
        Key: { pk: taskPartition(key), sk: sortKey.gate(gate) },
        UpdateExpression: 'SET #a = :v, expires_at = :expiry',
        ExpressionAttributeNames: { '#a': attribute },
        ExpressionAttributeValues: { ':v': value, ':expiry': expiry(new Date()) },
        ReturnValues: 'ALL_NEW',
      }),
    );
    const waiting = new Map<string, z.infer<typeof waiterSchema>>();
    const ended = new Map<string, Outcome>();
    for (const [name, stored] of Object.entries(answer.Attributes ?? {})) {
      if (name.startsWith(WAITING)) waiting.set(name.slice(WAITING.length), waiterSchema.parse(stored));
      if (name.startsWith(ENDED)) ended.set(name.slice(ENDED.length), outcomeSchema.parse(stored));
    }
    return { waiting, ended };
  }
  return {
    wait: (key, gate, item, waiter) => put(key, gate, WAITING + item, waiter),
    end: (key, gate, item, outcome) => put(key, gate, ENDED + item, outcome),
  };
}
