/** Holds what an office answers against the OpenAPI document that it serves itself. */
import { type Schema, Validator } from '@cfworker/json-schema';

export interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation | undefined>>>>;
  readonly components: object;
}
interface Operation {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> } | undefined>
  >;
}

export interface AnswerToCheck {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly content_type: string;
  readonly text: string;
}

/** The template that stands for a path: the one with the fewest parameters, as a router would choose. */
function templateOf(document: Described, path: string): string | undefined {
  const plain = path.split('?', 1)[0] ?? '';
  return Object.keys(document.paths)
    .filter((template) =>
      new RegExp(`^${template.replace('/{path}', '/.+').replace(/\{\w+\}/g, '[^/]+')}$`).test(plain),
    )
    .sort((a, b) => a.split('{').length - b.split('{').length)[0];
}

/** Says how an answer differs from its description; null when it doesn't, or when nothing is served there. */
export function undocumented(document: Described, answer: AnswerToCheck): string | null {
  const template = templateOf(document, answer.path);
  const operation =
    template === undefined ? undefined : document.paths[template]?.[answer.method.toLowerCase()];
  if (operation === undefined) return null;
  const response = operation.responses[answer.status];
  if (response === undefined) return `the status ${answer.status} is not described`;
  const type = answer.content_type.split(';', 1)[0] ?? '';
  // A file's type is its own.
  if (template?.endsWith('/{path}') === true && answer.status === 200) return null;
  if (response.content === undefined) return answer.text === '' ? null : 'a body is not described';
  const described = response.content[type];
  if (described === undefined) return `the type ${type} is not described`;
  if (!/json$/.test(type)) return null;
  const schema = { ...described.schema, components: document.components } as Schema;
  const { valid, errors } = new Validator(schema, '2020-12', false).validate(JSON.parse(answer.text));
  return valid ? null : errors.map((each) => `${each.instanceLocation}: ${each.error}`).join('; ');
}
