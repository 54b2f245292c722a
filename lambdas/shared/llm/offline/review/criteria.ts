import type { ReviewerBrief } from '../../../../../schemas/briefs.ts';
import type { Json } from '../../../../../schemas/json.ts';
import { mask, slotText } from '../language/mask.ts';
import { objectOf } from './checks.ts';

export interface Checked {
  /** 1 met, 0 not; criteria that rules can't read have no score. */
  readonly scores: Record<string, number>;
  readonly unmet: string[];
}

/** Checks the criteria of recognisable forms against the result; the others are left without a score. */
export function checkCriteria(criteria: readonly string[], brief: ReviewerBrief, summary: string): Checked {
  const scores: Record<string, number> = {};
  const unmet: string[] = [];
  for (const criterion of criteria) {
    const verdict = judge(criterion, brief, summary);
    if (verdict === null) continue;
    scores[criterion] = verdict === true ? 1 : 0;
    if (verdict !== true) unmet.push(`Criterion not met: "${criterion}". ${verdict}`);
  }
  return { scores, unmet };
}

const NAME = '(?:(?:the\\s+)?(?:function\\s+)?)(‹[NQ]\\d+›|[A-Za-z_][\\w.]*)';

/** True when met, null when it can't be read, otherwise what is wrong. */
function judge(criterion: string, brief: ReviewerBrief, summary: string): true | string | null {
  const { text, slots } = mask(criterion.trim().replace(/[.]$/, ''));
  const name = (token: string | undefined): string =>
    (token?.startsWith('‹') ? slotText(token, slots) : (token ?? '')).replace(/\(\)$/, '');
  const path = pathOf(brief);
  if (path !== null && /\b(?:path|sequence|chain|trace|it|result)\b/i.test(text)) {
    const start = new RegExp(`\\bstarts?\\s+(?:at|with|from|in)\\s+${NAME}`, 'i').exec(text)?.[1];
    const end = new RegExp(`\\bends?\\s+(?:at|with|in|up at)\\s+${NAME}`, 'i').exec(text)?.[1];
    const through = new RegExp(
      `\\b(?:contains|includes|goes through|passes through|via|visits)\\s+${NAME}`,
      'i',
    ).exec(text)?.[1];
    if (start !== undefined || end !== undefined || through !== undefined) {
      if (path.length === 0) return 'There is no path.';
      if (start !== undefined && !same(path[0], name(start))) return `The path starts at ${path[0]}.`;
      if (end !== undefined && !same(path.at(-1), name(end))) return `The path ends at ${path.at(-1)}.`;
      if (through !== undefined && !path.some((step) => same(step, name(through))))
        return `The path is ${path.join(' → ')}.`;
      return true;
    }
  }
  const file = /(‹P\d+›)/.exec(text)?.[1];
  if (
    file !== undefined &&
    /\b(?:exists?|is (?:written|created|there|present)|was (?:written|created)|has been (?:written|created))\b/i.test(
      text,
    )
  ) {
    const wanted = slotText(file, slots).replace(/^\.\//, '');
    return writtenFiles(brief).includes(wanted) ? true : `The file ${wanted} was not written.`;
  }
  const whole = `${JSON.stringify(brief.proposed_result)} ${summary}`;
  const contains =
    /\b(?:result|answer|output|summary|it)\b.*\b(?:contains?|includes?|mentions?)\s+(?:the\s+)?(?:word\s+|text\s+|string\s+|name\s+)?(‹[QN]\d+›)/i.exec(
      text,
    )?.[1];
  if (contains !== undefined)
    return whole.toLowerCase().includes(slotText(contains, slots).toLowerCase())
      ? true
      : 'The result does not contain it.';
  const value = numberOf(brief.proposed_result['value'] ?? null);
  const compared =
    /\b(?:result|answer|value|output|number|it)\b\s+(?:must\s+|should\s+)?(?:be|is|equals?)?\s*(equal to|greater than|more than|at least|less than|at most|above|below|exactly|=|>|<|>=|<=)?\s*(-?\d[\d,]*(?:\.\d+)?)$/i.exec(
      text,
    );
  if (compared?.[2] !== undefined) {
    if (value === null) return null;
    return compares(value, compared[1]?.toLowerCase() ?? '=', Number(compared[2].replace(/,/g, '')))
      ? true
      : `The value is ${value}.`;
  }
  if (
    /\b(?:result|answer|value|output|it)\b.*\b(?:is|be)\s+(?:a\s+)?(?:finite\s+)?(?:number|numeric)\b/i.test(
      text,
    )
  )
    return value === null ? 'The value is no number.' : true;
  if (/\b(?:result|answer|value|output|it)\b.*\b(?:is|be)\s+positive\b/i.test(text))
    return value === null ? null : value > 0 ? true : `The value is ${value}.`;
  return null;
}

const same = (a: string | undefined, b: string): boolean =>
  a === b || a?.split('.').pop() === b.split('.').pop();

function pathOf(brief: ReviewerBrief): string[] | null {
  const { path } = brief.proposed_result;
  if (Array.isArray(path)) return path.map(String);
  for (const step of brief.steps) {
    const found = step.action === 'code_analyzer' ? objectOf(step.output)['path'] : undefined;
    if (Array.isArray(found)) return found.map(String);
  }
  return null;
}

function writtenFiles(brief: ReviewerBrief): string[] {
  return brief.steps.flatMap((step) => {
    const files = objectOf(step.output)['files_written'];
    const own =
      (step.inputs['operation'] === 'write' || step.inputs['operation'] === 'append') &&
      typeof step.inputs['path'] === 'string'
        ? [step.inputs['path']]
        : [];
    return [
      ...own,
      ...(Array.isArray(files)
        ? files.map((file) => (typeof file === 'string' ? file : String(objectOf(file)['path'])))
        : []),
    ];
  });
}

const numberOf = (value: Json): number | null => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
};

function compares(value: number, relation: string, wanted: number): boolean {
  if (/greater|more|above|^>$/.test(relation)) return value > wanted;
  if (/least|>=/.test(relation)) return value >= wanted;
  if (/less|below|^<$/.test(relation)) return value < wanted;
  if (/most|<=/.test(relation)) return value <= wanted;
  return Math.abs(value - wanted) <= 1e-9 * Math.max(1, Math.abs(wanted));
}
