import { createHash } from 'node:crypto';
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { type Outcome, outcomeSchema } from '../../../schemas/gate.ts';
import type { TaskKey } from '../../../schemas/task.ts';
import { parse } from '../parse.ts';
import { expiry, sortKey, taskPartition } from './keys.ts';

const waiterSchema = z.object({ token: z.string(), prerequisites: z.array(z.string()) });
/** An item that waits, with one task token. */
export type Waiter = z.infer<typeof waiterSchema> & { readonly item: string };

/** A gate after a change: who waits, and who has ended how. An item that was tried again waits once per token. */
export interface GateState {
  readonly waiting: readonly Waiter[];
  readonly ended: ReadonlyMap<string, Outcome>;
}

/**
 * One DynamoDB item a gate, one unconditional update a call. Updates of one item are serialized, and each returns
 * the whole item, so of the two sides of a race (an item starts to wait, its last prerequisite ends) the later
 * one always sees the other.
 *
 * A state that is tried again waits with a new token, and the call of the first try may be the later one to get here:
 * no token takes the place of another. All of an item's are answered, and the engine ignores those that are dead.
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
/** Item ids hold none. */
const TOKEN = '#';
const ENDED = 'e:';
/** Tokens are long, and names of attributes are stored with them. */
const digest = (token: string): string => createHash('sha256').update(token).digest('base64url').slice(0, 16);

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
    const waiting: Waiter[] = [];
    const ended = new Map<string, Outcome>();
    for (const [name, stored] of Object.entries(answer.Attributes ?? {})) {
      if (name.startsWith(WAITING)) {
        const [item = ''] = name.slice(WAITING.length).split(TOKEN);
        waiting.push({ item, ...parse(waiterSchema, stored) });
      }
      if (name.startsWith(ENDED)) ended.set(name.slice(ENDED.length), parse(outcomeSchema, stored));
    }
    return { waiting, ended };
  }
  return {
    wait: (key, gate, item, waiter) => put(key, gate, WAITING + item + TOKEN + digest(waiter.token), waiter),
    end: (key, gate, item, outcome) => put(key, gate, ENDED + item, outcome),
  };
}
