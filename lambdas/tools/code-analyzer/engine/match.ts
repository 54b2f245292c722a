import { assign } from './assign.ts';
import type { Pattern } from './ast.ts';
import { readAttribute } from './attributes.ts';
import type { Body } from './body.ts';
import { makeContainer, positionsOf, readElement, writeElement } from './containers.ts';
import { evaluate } from './evaluate.ts';
import type { ValueSet } from './things.ts';

/** Binds what a `case` pattern captures. */
export function match(body: Body, pattern: Pattern, subject: ValueSet): void {
  const { values } = body;
  switch (pattern.k) {
    case 'capture':
    case 'star':
      assign(body, pattern.target, subject);
      return;
    case 'as':
      match(body, pattern.pattern, subject);
      assign(body, pattern.target, subject);
      return;
    case 'any':
      for (const option of pattern.options) match(body, option, subject);
      return;
    case 'value':
      evaluate(body, pattern.value);
      return;
    case 'class': {
      const types = body.resolve(evaluate(body, pattern.type)).items;
      const matching = body
        .resolve(subject)
        .items.filter(
          (thing) => thing.kind === 'instance' && types.some((type) => thing.type.order.includes(type)),
        );
      const made = types.flatMap((type) => (type.kind === 'class' ? [type.instance] : []));
      const narrowed = values.from(matching.length > 0 ? matching : made);
      for (const { name, pattern: inner } of pattern.named) {
        match(body, inner, readAttribute(body, narrowed, name, 0));
      }
      const order = readAttribute(body, narrowed, '__match_args__', 0);
      for (const [index, inner] of pattern.positional.entries()) {
        let value = values.empty;
        for (const tuple of order.items) {
          const name = positionsOf(body, tuple)?.[index]?.items[0];
          if (name?.kind !== 'constant' || typeof name.value !== 'string') continue;
          value = values.union(value, readAttribute(body, narrowed, name.value, 0));
        }
        match(body, inner, value);
      }
      return;
    }
    case 'sequence':
      for (const [index, inner] of pattern.items.entries()) {
        let value = values.empty;
        for (const thing of body.resolve(subject).items) {
          const key = values.of(values.constant('int', index));
          if (thing.kind === 'container')
            value = values.union(value, readElement(body, thing, inner.k === 'star' ? values.empty : key));
        }
        if (inner.k === 'star') {
          const container = makeContainer(body, 'list', inner.target.at, 'star');
          writeElement(body, container, null, value, false);
          value = values.of(container);
        }
        match(body, inner, value);
      }
      return;
    case 'mapping':
      for (const { key, pattern: inner } of pattern.entries) {
        const keySet = evaluate(body, key);
        let value = values.empty;
        for (const thing of body.resolve(subject).items) {
          if (thing.kind === 'container') value = values.union(value, readElement(body, thing, keySet));
        }
        match(body, inner, value);
      }
      if (pattern.rest) assign(body, pattern.rest, subject);
      return;
    case 'wildcard':
      return;
  }
}
