/**
 * DynamoDB's attribute values as its JSON protocol has them
 * (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html), for JSON values and bytes.
 */
export type Attribute =
  | { S: string }
  | { N: string }
  | { BOOL: boolean }
  | { NULL: true }
  | { L: Attribute[] }
  | { M: AttributeMap }
  | { B: string }
  | { SS: string[] };
export type AttributeMap = Record<string, Attribute>;

/** A value that only the SDK's own marshaller knows what to do with. */
export class UnusualValueError extends Error {
  override readonly name = 'UnusualValueError';
}

/** @throws UnusualValueError */
export function toAttribute(value: unknown): Attribute {
  switch (typeof value) {
    case 'string':
      return { S: value };
    case 'boolean':
      return { BOOL: value };
    case 'number':
      if (!Number.isFinite(value)) throw new UnusualValueError();
      return { N: String(value) };
    case 'object': {
      if (value === null) return { NULL: true };
      if (Array.isArray(value)) return { L: toList(value) };
      if (isPlainObject(value)) return { M: toAttributes(value) };
      if (value instanceof Uint8Array) return { B: base64(value) };
      if (isStringSet(value)) return { SS: [...value] };
    }
  }
  throw new UnusualValueError();
}

/** Members that are undefined are left out, as the office's document client does. @throws UnusualValueError */
export function toAttributes(values: object): AttributeMap {
  const attributes: AttributeMap = {};
  for (const name in values) {
    const value = (values as Record<string, unknown>)[name];
    if (value !== undefined) attributes[name] = toAttribute(value);
  }
  return attributes;
}

function toList(values: readonly unknown[]): Attribute[] {
  const list: Attribute[] = [];
  for (const value of values) if (value !== undefined) list.push(toAttribute(value));
  return list;
}

export function fromAttribute(attribute: Attribute): unknown {
  // Its only member says the type.
  for (const type in attribute) {
    const value = (attribute as Record<string, unknown>)[type];
    switch (type) {
      case 'S':
      case 'BOOL':
        return value;
      case 'N':
        return Number(value);
      case 'M':
        return fromAttributes(value as AttributeMap);
      case 'L':
        return (value as Attribute[]).map(fromAttribute);
      case 'B':
        return new Uint8Array(Buffer.from(value as string, 'base64'));
      case 'SS':
        return new Set(value as string[]);
    }
  }
  return null;
}

export function fromAttributes(attributes: AttributeMap): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const name in attributes) values[name] = fromAttribute(attributes[name] as Attribute);
  return values;
}

const base64 = ({ buffer, byteOffset, byteLength }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64');

/** DynamoDB has no empty sets. */
function isStringSet(value: object): value is Set<string> {
  if (!(value instanceof Set) || value.size === 0) return false;
  for (const member of value) if (typeof member !== 'string') return false;
  return true;
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
