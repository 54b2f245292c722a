import type { Intent, Source } from '../../../../lambdas/shared/llm/offline/intents/intent.ts';

const sourceOf = (source: Source): string =>
  source.from === 'file'
    ? source.path
    : source.from === 'files'
      ? source.paths.join('+')
      : source.from === 'literal'
        ? `"${source.text}"`
        : '<previous>';

/** An operation in one short line, for tables of phrasings. */
export function said(intent: Intent): string {
  switch (intent.kind) {
    case 'call_path':
      return `${intent.all === true ? 'every path' : 'path'} ${intent.start} > ${intent.end} in ${intent.folder}`;
    case 'callers':
    case 'callees':
      return `${intent.kind} of ${intent.name} in ${intent.folder}`;
    case 'call_graph':
    case 'outline':
    case 'focus':
      return `${intent.kind} ${intent.folder}`;
    case 'calculate': {
      const digits = [
        intent.precision === undefined ? '' : ` p${intent.precision}`,
        intent.decimals === undefined ? '' : ` d${intent.decimals}`,
      ].join('');
      return `= ${intent.expression}${digits}`;
    }
    case 'run_python': {
      const program = 'code' in intent.program ? JSON.stringify(intent.program.code) : intent.program.path;
      return `python ${program}${intent.stdin === undefined ? '' : ` < ${intent.stdin}`}`;
    }
    case 'write':
      return `${intent.mode} ${intent.path} < ${intent.content.from === 'literal' ? JSON.stringify(intent.content.text) : intent.content.from === 'template' ? JSON.stringify(`${intent.content.before}…${intent.content.after}`) : intent.content.all ? 'results' : 'result'}`;
    case 'list':
      return `${intent.count ? 'count' : 'list'} ${intent.folder} ${intent.pattern ?? '*'}`;
    case 'search':
      return `search ${intent.want} "${intent.text}" in ${intent.path}${intent.pattern === null ? '' : ` ${intent.pattern}`}`;
    case 'copy':
    case 'move':
      return `${intent.kind} ${intent.path} > ${intent.to}`;
    case 'read':
    case 'delete':
      return `${intent.kind} ${intent.path}`;
    case 'stat':
      return `${intent.ask} ${intent.path}`;
    case 'fetch':
      return `${intent.method} ${intent.url} ${intent.ask}${intent.body === undefined ? '' : ` ${intent.body}`}`;
    case 'json':
      return `json ${sourceOf(intent.source)} ${'path' in intent.query ? intent.query.path : intent.query.ask}`;
    case 'text': {
      const queries = intent.queries.map(({ op, ...rest }) =>
        `${op} ${Object.values(rest).flat().join(' ')}`.trim(),
      );
      return `text ${sourceOf(intent.source)} ${queries.join('; ')}`;
    }
    case 'table': {
      const parts = [
        intent.join === undefined ? '' : `join ${intent.join.path} on ${intent.join.on}`,
        intent.filters
          .map((all) => all.map(({ column, op, value }) => `${column} ${op} ${value}`.trim()).join(' and '))
          .join(' or '),
        intent.group.length === 0 ? '' : `by ${intent.group.join(',')}`,
        intent.measures
          .map(
            ({ measure, column, at, with: other }) =>
              `${measure}(${[column, at, other].filter((x) => x != null).join(', ')})`,
          )
          .join(' '),
        intent.derive === undefined ? '' : `${intent.derive.name} = ${intent.derive.formula}`,
        intent.range === undefined ? '' : `rows ${intent.range.from}-${intent.range.to}`,
        intent.sort === undefined
          ? ''
          : [intent.sort, ...(intent.sort.next ?? [])]
              .map(({ column, descending }) => `${descending ? 'desc' : 'asc'} ${column ?? ''}`.trim())
              .join(', '),
        intent.limit === undefined ? '' : `${intent.limit.end} ${intent.limit.count}`,
        intent.select === undefined ? '' : `select ${intent.select.join(',')}`,
        intent.distinct === true ? 'distinct' : '',
        intent.decimals === undefined ? '' : `d${intent.decimals}`,
        intent.ask,
      ];
      return `table ${sourceOf(intent.source)}: ${parts.filter((part) => part !== '').join(' | ')}`;
    }
    case 'report':
      return 'report';
  }
}
