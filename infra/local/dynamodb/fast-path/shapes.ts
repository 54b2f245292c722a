import type { AttributeMap } from '../attributes.ts';
import type { KeyCondition, Tree, UpdateSection, Validated } from '../dynalite.ts';
import type { Fields } from '../items.ts';

/** What a request asks for: the parts of it that dynalite has read and found valid. */
export interface Shape {
  readonly condition?: Tree | undefined;
  readonly sections?: readonly UpdateSection[] | undefined;
  readonly keyConditions?: Readonly<Record<string, KeyCondition>> | undefined;
  /** Puts a request's names and values in their places, where they are until the next one's: use it in the same turn. */
  fill(input: Fields): void;
}

/** What a request gives besides its expressions: a value, or an attribute's name. */
interface Given {
  readonly of: 'ExpressionAttributeValues' | 'ExpressionAttributeNames';
  readonly name: string;
}
/** Where in an expression it belongs. */
interface Place {
  readonly holder: Record<string | number, unknown>;
  readonly at: string | number;
  readonly given: Given;
}

/** What the office asks are about a hundred; a client of its own may ask for more. */
const REMEMBERED = 1_000;
/** Besides types, these look at the values. */
const DEPENDS_ON_VALUES = /between|attribute_type/i;

/**
 * Remembers by text, names and types of values the requests that dynalite has found valid: another one like it is valid
 * too, if its values are.
 */
export class Shapes {
  readonly #known = new Map<string, Shape>();

  of(key: string): Shape | undefined {
    return this.#known.get(key);
  }

  /** Call `remember` once dynalite has accepted the request, which it may change on the way. */
  read(key: string, input: Fields): { remember(): void } {
    const shape = shapeOf(input);
    return {
      remember: () => {
        if (shape === null) return;
        if (this.#known.size === REMEMBERED) this.#known.clear();
        this.#known.set(key, shape);
      },
    };
  }
}

/**
 * Tells requests apart whose validity may differ. Of the names that expressions have for attributes, some are made for a
 * task: what they stand for doesn't matter unless it is a key (`keyNames`) or is in the expression, too.
 */
export function keyOf(operation: string, input: Fields, keyNames: ReadonlySet<string>): string {
  const { TableName, IndexName, ReturnValues } = input;
  const { ConditionExpression, UpdateExpression, KeyConditionExpression } = input;
  const { ExpressionAttributeNames: names, ExpressionAttributeValues: values } = input as Named;
  const texts = `${ConditionExpression}\n${UpdateExpression}\n${KeyConditionExpression}`;
  let key = `${operation} ${ReturnValues} ${TableName} ${IndexName}\n${texts}\n`;
  for (const name in names) {
    const attribute = names[name] as string;
    key += isFree(attribute, texts, names, keyNames) ? `${name} ` : `${name}=${JSON.stringify(attribute)} `;
  }
  for (const name in values) {
    key += name;
    for (const type in values[name]) key += ` ${type}`;
  }
  return key;
}

interface Named {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: AttributeMap;
}

function isFree(
  attribute: string,
  texts: string,
  names: Readonly<Record<string, string>>,
  keyNames: ReadonlySet<string>,
): boolean {
  if (attribute in {} || keyNames.has(attribute) || texts.includes(attribute)) return false;
  let times = 0;
  for (const name in names) if (names[name] === attribute) times += 1;
  return times === 1;
}

/** Null for what must be read anew each time. */
function shapeOf(input: Fields): Shape | null {
  const { _condition, _updates, KeyConditions } = input as Validated;
  const { ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} } = input as Named;
  if (DEPENDS_ON_VALUES.test(String(input['ConditionExpression']))) return null;
  const sections = _updates?.sections;
  if (sections !== undefined && !sections.every(isSimple)) return null;
  const given = new Map<unknown, Given>();
  for (const name in names) given.set(names[name], { of: 'ExpressionAttributeNames', name });
  for (const name in values) given.set(values[name], { of: 'ExpressionAttributeValues', name });
  const places: Place[] = [];
  const copied = <Node>(node: Node): Node => copyOf(node, given, places) as Node;
  return {
    condition: copied(_condition?.expression),
    sections: copied(sections),
    // Its members have the attributes' names.
    keyConditions: copied(KeyConditions),
    fill(input) {
      for (const { holder, at, given } of places)
        holder[at] = (input as Readonly<Record<string, Fields>>)[given.of]?.[given.name];
    },
  };
}

/** Whether an attribute of the item itself changes, and none that every object has. */
function isSimple({ path }: UpdateSection): boolean {
  return path.length === 1 && typeof path[0] === 'string' && !(path[0] in {});
}

/** A copy; `places` receives where in it is what was given: values, and pieces of a path, the strings in a tree's lists. */
function copyOf(node: unknown, given: ReadonlyMap<unknown, Given>, places: Place[]): unknown {
  if (node === null || typeof node !== 'object') return node;
  const copy = (Array.isArray(node) ? [] : {}) as Place['holder'];
  for (const [at, part] of Object.entries(node)) {
    const canBeGiven = typeof part === 'object' || Array.isArray(node);
    const found = canBeGiven ? given.get(part) : undefined;
    if (found === undefined) copy[at] = copyOf(part, given, places);
    else places.push({ holder: copy, at, given: found });
  }
  return copy;
}
