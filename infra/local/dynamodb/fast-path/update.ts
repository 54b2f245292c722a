import type { Attribute, AttributeMap } from '../attributes.ts';
import { Big, type Operand, type OperandCall, type UpdateSection } from '../dynalite.ts';
import { isOrdinaryNumber } from './ordinary.ts';

/**
 * Changes an item as an update expression says, whose paths are attributes of the item itself and whose values are
 * ordinary. False when something doesn't fit, which is for dynalite to say; the item is of no use then.
 */
export function applyUpdate(sections: readonly UpdateSection[], item: AttributeMap): boolean {
  // Every value is of the item as it was.
  const values = sections.map(({ type, val }) =>
    type === 'set' ? resolved(val as Operand, item) : ((val as Attribute | undefined) ?? null),
  );
  for (let index = 0; index < sections.length; index++) {
    const { type, path, attrType } = sections[index] as UpdateSection;
    const name = path[0] as string;
    const value = values[index] ?? null;
    if (type === 'remove') delete item[name];
    else if (value === null) return false;
    else if (type === 'set') item[name] = value;
    else {
      const existing = item[name];
      if (existing !== undefined && !((attrType as string) in existing)) return false;
      const result = type === 'add' ? added(existing, value) : without(existing, value);
      if (result === null) return false;
      if (result === undefined) delete item[name];
      else item[name] = result;
    }
  }
  return true;
}

function resolved(operand: Operand, item: AttributeMap): Attribute | null {
  if (Array.isArray(operand)) return atPath(operand as readonly (string | number)[], item);
  if (!isCall(operand as object)) return operand as Attribute;
  const { type, name, args } = operand as OperandCall;
  const [first, second] = args as [Operand, Operand];
  if (name === 'if_not_exists')
    return atPath(first as readonly (string | number)[], item) ?? resolved(second, item);
  const one = resolved(first, item);
  const other = resolved(second, item);
  if (one === null || other === null) return null;
  if (name === 'list_append') return 'L' in one && 'L' in other ? { L: [...one.L, ...other.L] } : null;
  if (!('N' in one && 'N' in other)) return null;
  return ordinaryNumber(type === 'add' ? sum(one.N, other.N) : new Big(one.N).minus(other.N).toFixed());
}

const isCall = (operand: object): operand is OperandCall => 'type' in operand;

function atPath(path: readonly (string | number)[], item: AttributeMap): Attribute | null {
  let found = { M: item } as Attribute | undefined;
  for (const piece of path) {
    if (found === undefined) return null;
    if (typeof piece === 'number') found = 'L' in found ? found.L[piece] : undefined;
    else found = 'M' in found && Object.hasOwn(found.M, piece) ? found.M[piece] : undefined;
  }
  return found ?? null;
}

function added(existing: Attribute | undefined, value: Attribute): Attribute | null {
  if ('N' in value)
    return ordinaryNumber(existing === undefined ? value.N : sum((existing as { N: string }).N, value.N));
  if (!('SS' in value)) return null;
  const members = existing === undefined ? [] : (existing as { SS: string[] }).SS;
  return { SS: [...members, ...value.SS.filter((member) => !members.includes(member))] };
}

/** Undefined when no member is left. */
function without(existing: Attribute | undefined, value: Attribute): Attribute | null | undefined {
  if (!('SS' in value)) return null;
  if (existing === undefined) return undefined;
  const left = (existing as { SS: string[] }).SS.filter((member) => !value.SS.includes(member));
  return left.length === 0 ? undefined : { SS: left };
}

const ordinaryNumber = (N: string): Attribute | null => (isOrdinaryNumber(N) ? { N } : null);

function sum(one: string, other: string): string {
  const [left, right] = [Number(one), Number(other)];
  const isExact = Number.isInteger(left) && Number.isInteger(right) && Number.isSafeInteger(left + right);
  return isExact ? String(left + right) : new Big(one).plus(other).toFixed();
}
