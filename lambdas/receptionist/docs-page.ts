import type { OpenApiDocument, OpenApiOperation } from './openapi.ts';

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => escapes[character] ?? character);
/** Text with `code` in backticks. */
const prose = (text: string): string => escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>');
const anchor = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]+/g, '-');

const style = `
:root{color-scheme:light dark;--ink:light-dark(#1c2127,#e6e8eb);--soft:light-dark(#5a6572,#9aa5b1);--line:light-dark(#dde2e7,#333b44);
--paper:light-dark(#fff,#14181c);--card:light-dark(#f6f8fa,#1c2228);--link:light-dark(#0b5cad,#7db8f5)}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,sans-serif}
main{max-width:60rem;margin:0 auto;padding:2rem 1rem 4rem}h1{margin:0}h2{margin:2.5rem 0 .5rem;border-bottom:1px solid var(--line)}
a{color:var(--link)}nav{margin:1rem 0;display:flex;flex-wrap:wrap;gap:.25rem 1rem}code,pre{font-family:ui-monospace,monospace;font-size:.9em}
pre{background:var(--card);padding:.75rem;border-radius:6px;overflow:auto}details{border:1px solid var(--line);border-radius:6px;margin:.5rem 0;background:var(--card)}
summary{cursor:pointer;padding:.5rem .75rem;display:flex;flex-wrap:wrap;gap:.25rem .75rem;align-items:baseline}details>div{padding:0 .75rem .75rem}
.method{font:700 .8rem ui-monospace,monospace;padding:.1rem .45rem;border-radius:4px;color:#fff}.get{background:#1a7f37}.post{background:#0b5cad}.put{background:#9a6700}.delete{background:#b42318}
.soft{color:var(--soft)}table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .6rem .3rem 0;border-top:1px solid var(--line);vertical-align:top}
`;

/** The OpenAPI document as one page for reading: no script, no other resource, light and dark. */
export function docsPage(document: OpenApiDocument): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const sections = document.tags.map(({ name }) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(name));
    return `<h2 id="${anchor(name)}">${escaped(name)}</h2>${own.map((each) => operationHtml(each.method, each.path, each.operation)).join('')}`;
  });
  const schemas = Object.entries(document.components.schemas).map(
    ([name, schema]) =>
      `<details id="schema-${anchor(name)}"><summary><code>${escaped(name)}</code></summary><div>${json(schema)}</div></details>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escaped(document.info.title)} ${escaped(document.info.version)}</title><style>${style}</style></head>
<body><main><h1>${escaped(document.info.title)}</h1><p class="soft">Version ${escaped(document.info.version)} · <a href="/openapi.json">openapi.json</a></p>
<p>${prose(document.info.description)}</p>
<p>Every request but those under Service needs <code>Authorization: Bearer &lt;api key&gt;</code>. A first task:</p>
<pre>curl -X POST "$OFFICE_BASE_URL/tasks" -H "Authorization: Bearer $OFFICE_API_KEY" \\
  -H "Content-Type: application/json" -d '{"description": "What is 17 * 23?"}'</pre>
<nav aria-label="Sections">${document.tags.map(({ name }) => `<a href="#${anchor(name)}">${escaped(name)}</a>`).join('')}<a href="#schemas">Schemas</a></nav>
${sections.join('\n')}
<h2 id="schemas">Schemas</h2>
${schemas.join('\n')}
</main></body></html>`;
}

function operationHtml(method: string, path: string, operation: OpenApiOperation): string {
  const parameters = (operation.parameters ?? []).map(
    (each) =>
      `<tr><td><code>${escaped(each.name)}</code></td><td class="soft">${each.in}${each.required ? ', required' : ''}</td><td>${prose(each.description ?? '')} <code>${escaped(JSON.stringify(each.schema))}</code></td></tr>`,
  );
  const body = Object.values(operation.requestBody?.content ?? {})[0];
  const answers = Object.entries(operation.responses).map(
    ([status, answer]) =>
      `<tr><td><code>${escaped(status)}</code></td><td>${prose(answer.description)}</td><td>${shape(Object.values(answer.content ?? {})[0]?.schema)}</td></tr>`,
  );
  return `<details id="${escaped(operation.operationId)}"><summary><span class="method ${method}">${method.toUpperCase()}</span> <code>${escaped(path)}</code> <span>${prose(operation.summary)}</span></summary><div>
${operation.description === undefined ? '' : `<p>${prose(operation.description)}</p>`}
${parameters.length === 0 ? '' : `<h3>Parameters</h3><table>${parameters.join('')}</table>`}
${body === undefined ? '' : `<h3>Body</h3>${shape(body.schema)}`}
<h3>Answers</h3><table>${answers.join('')}</table></div></details>`;
}

/** A named schema as a link to it, another one as it is. */
function shape(schema: Readonly<Record<string, unknown>> | undefined): string {
  if (schema === undefined) return '';
  const name = typeof schema['$ref'] === 'string' ? schema['$ref'].split('/').at(-1) : undefined;
  return name === undefined ? json(schema) : `<a href="#schema-${anchor(name)}">${escaped(name)}</a>`;
}

const json = (value: unknown): string => `<pre>${escaped(JSON.stringify(value, null, 2))}</pre>`;
