import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { remembering } from '../../../../infra/local/dynamodb/expressions.ts';

const require = createRequire(import.meta.url);
type Parser = { parse: Parameters<typeof remembering>[0] };
const parserOf = (file: string): Parser['parse'] => (require(`dynalite/db/${file}`) as Parser).parse;

interface Request {
  readonly expression: string;
  readonly names?: Record<string, string>;
  readonly values?: Record<string, object>;
}
/** What a parser says, and what it leaves as unused. */
function read(parse: Parser['parse'], { expression, names = {}, values = {} }: Request) {
  const marked = (members: object) =>
    Object.fromEntries(Object.keys(members).map((name) => [name, true as const]));
  const context = {
    attrNames: names,
    attrVals: values,
    unusedAttrNames: marked(names),
    unusedAttrVals: marked(values),
    isReserved: () => false,
    compare: () => false,
  };
  try {
    return { tree: parse(expression, { context }), context };
  } catch (error) {
    return { error: (error as Error).message, context };
  }
}

describe('remembered expressions', () => {
  const update = 'SET #a = :a, #b = if_not_exists(#b, :zero) + :n REMOVE old ADD total :n';
  const condition = 'attribute_not_exists(pk) OR (#a = :a AND #b IN (:n, :zero))';
  const names = { '#a': 'first', '#b': 'second' };
  const values = (a: string, n: string) => ({ ':a': { S: a }, ':n': { N: n }, ':zero': { N: '0' } });

  it.each([
    ['updateParser', update],
    ['conditionParser', condition],
  ])('are what %s itself makes of them, with each request’s own values', (file, expression) => {
    const parse = parserOf(file);
    const quick = remembering(parse);
    for (const [a, n] of [
      ['one', '1'],
      ['two', '2'],
      ['three', '3'],
    ] as const) {
      const request = { expression, names, values: values(a, n) };
      const { tree, context } = read(quick, request);
      const expected = read(parse, request);
      expect(JSON.stringify(tree)).toBe(JSON.stringify(expected.tree));
      expect(context).toEqual({
        ...expected.context,
        isReserved: expect.any(Function),
        compare: expect.any(Function),
      });
    }
  });

  it('are not shared between requests, which change them', () => {
    const quick = remembering(parserOf('updateParser'));
    const request = { expression: 'SET #a = :a', names, values: values('x', '1') };
    const first = read(quick, request).tree as { sections: { val: unknown }[] };
    if (first.sections[0]) first.sections[0].val = 'changed';

    expect(read(quick, request).tree).toMatchObject({ sections: [{ val: { S: 'x' } }] });
  });

  it('are read anew for other names, other types, and where values are compared', () => {
    const parse = parserOf('conditionParser');
    let read_ = 0;
    const quick = remembering((expression, options) => {
      read_ += 1;
      return parse(expression, options);
    });
    const ask = (expression: string, name: string, value: object) =>
      read(quick, { expression, names: { '#a': name }, values: { ':a': value, ':b': value } });

    ask('#a = :a', 'x', { S: '1' });
    ask('#a = :a', 'x', { S: '2' });
    expect(read_).toBe(1);
    ask('#a = :a', 'y', { S: '1' });
    ask('#a = :a', 'y', { N: '1' });
    expect(read_).toBe(3);
    ask('#a BETWEEN :a AND :b', 'x', { S: '1' });
    ask('#a BETWEEN :a AND :b', 'x', { S: '1' });
    expect(read_).toBe(5);
  });

  it('with an error say so every time', () => {
    const quick = remembering(parserOf('updateParser'));
    const request = { expression: 'SET #missing = :a', names, values: values('x', '1') };
    const wrong = { expression: 'SET = ,', names, values: values('x', '1') };

    for (let turn = 0; turn < 2; turn++) {
      expect(read(quick, request).tree).toContain('#missing');
      expect(read(quick, wrong).error).toContain('Expected');
    }
  });
});
