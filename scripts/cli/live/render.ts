import { count, duration, fit, oneLine, padTo, usd, width } from '../format.ts';
import type { Colors } from '../terminal.ts';
import type { LiveState, Mark, StepState, SubtaskState } from './state.ts';

export interface RenderOptions {
  /** The office's present time, in milliseconds since 1970. */
  readonly now: number;
  /** The spinner's present picture. */
  readonly frame: string;
  readonly columns: number;
  readonly rows: number;
  readonly colors: Colors;
}

/** Widths of the time and cost columns at the right. */
const TIME = 13;
const COST = 9;
/** Cells that the label keeps, however narrow the terminal. */
const LEAST_LABEL = 10;

function glyph(mark: Mark, { frame, colors }: RenderOptions): string {
  const glyphs: Readonly<Record<Mark, string>> = {
    waiting: colors.dim('○'),
    running: colors.cyan(frame),
    held: colors.yellow('▲'),
    done: colors.green('✔'),
    failed: colors.red('✖'),
    skipped: colors.dim('↷'),
  };
  return glyphs[mark];
}

/** A running time in steady tenths of a second, so that it does not flicker; a final one as exact as it is. */
function elapsed(from: number | null, to: number | null, now: number): string {
  if (from === null) return '';
  const running = Math.max(0, now - from);
  return to === null && running < 10_000 ? `${(running / 1_000).toFixed(1)} s` : duration((to ?? now) - from);
}

interface Row {
  readonly prefix: string;
  readonly mark: Mark;
  readonly label: string;
  readonly detail?: string;
  readonly time?: string;
  readonly costUsd?: number;
}

/** One line: tree, glyph, label, dim detail, and the time and cost columns. */
function line(row: Row, options: RenderOptions): string {
  const { colors, columns } = options;
  const right = Math.min(columns - 1, 110);
  const cost = row.costUsd ? usd(row.costUsd) : '';
  const inside = right - row.prefix.length - 2;
  // Sums too wide for their column are cut before the label is.
  const figures = fit(
    `${(row.time ?? '').padStart(TIME)}${cost.padStart(COST)}`.trimEnd(),
    inside - LEAST_LABEL,
  );
  const room = Math.max(LEAST_LABEL, inside - Math.max(TIME + COST, width(figures)));
  const wanted = oneLine(row.detail ?? '');
  // A long label leaves room for the start of the detail, which says what is happening.
  const whole = oneLine(row.label);
  const shared = fit(whole, Math.max(room - 2 - Math.min(width(wanted), 24), Math.floor(room / 2)));
  const rest = room - width(shared) - 2;
  const detail = rest > 5 ? fit(wanted, rest) : '';
  const label = detail === '' ? fit(whole, room) : shared;
  const plain = detail === '' ? label : `${label}  ${detail}`;
  const gap = padTo(plain, room).slice(plain.length);
  const shown = row.mark === 'waiting' || row.mark === 'skipped' ? colors.dim(label) : label;
  return `${colors.dim(row.prefix)}${glyph(row.mark, options)} ${shown}${detail === '' ? '' : `  ${colors.dim(detail)}`}${
    figures === '' ? '' : gap + colors.dim(figures)
  }`;
}

function stepDetail(step: StepState, subtask: SubtaskState): string {
  const action = step.action === step.id ? '' : step.action;
  if (step.note !== '') return [action, step.note].filter(Boolean).join(' · ');
  if (step.mark !== 'waiting') return action;
  const open = step.dependencies.filter(
    (id) => subtask.steps.find((each) => each.id === id)?.mark !== 'done',
  );
  return [action, open.length > 0 ? `after ${open.join(', ')}` : ''].filter(Boolean).join(' · ');
}

function subtaskDetail(subtask: SubtaskState, state: LiveState): string {
  const parts: string[] = [];
  if (subtask.mark === 'waiting') {
    const open = subtask.prerequisites.filter(
      (id) => state.subtasks.find((each) => each.id === id)?.mark !== 'done',
    );
    if (open.length > 0) parts.push(`after ${open.join(', ')}`);
  }
  if (subtask.phase !== '' && subtask.mark !== 'waiting') parts.push(subtask.phase);
  if (subtask.iteration > 1) parts.push(`iteration ${subtask.iteration}`);
  return parts.join(' · ');
}

/** A subtask and, when `open`, its steps and the notes of its last revision. */
function subtaskLines(
  state: LiveState,
  subtask: SubtaskState,
  isLast: boolean,
  open: boolean,
  options: RenderOptions,
): string[] {
  const lone = state.subtasks.length === 1;
  const label =
    subtask.description === '' || subtask.description === state.description
      ? subtask.id
      : subtask.description;
  const detail = subtaskDetail(subtask, state);
  const lines = [
    line(
      {
        prefix: isLast ? '└─ ' : '├─ ',
        mark: subtask.mark,
        label,
        detail:
          open || subtask.steps.length === 0
            ? detail
            : `${detail} ${count(subtask.steps.length, 'step')}`.trim(),
        time: lone ? '' : elapsed(subtask.startedAt, subtask.endedAt, options.now),
        costUsd: lone ? 0 : subtask.costUsd,
      },
      options,
    ),
  ];
  if (!open) return lines;
  const bar = isLast ? '   ' : '│  ';
  const note = subtask.notes.at(-1);
  if (note !== undefined && subtask.mark !== 'done') {
    const room = Math.max(10, Math.min(options.columns - 1, 110) - 6);
    lines.push(`${options.colors.dim(bar)}${options.colors.yellow(`↻ ${fit(oneLine(note), room)}`)}`);
  }
  for (const [index, step] of subtask.steps.entries()) {
    lines.push(
      line(
        {
          prefix: `${bar}${index === subtask.steps.length - 1 ? '└─ ' : '├─ '}`,
          mark: step.mark,
          label: step.id,
          detail: stepDetail(step, subtask),
          time: elapsed(step.startedAt, step.endedAt, options.now),
          costUsd: step.costUsd,
        },
        options,
      ),
    );
  }
  return lines;
}

function tree(
  state: LiveState,
  open: (subtask: SubtaskState) => boolean,
  options: RenderOptions,
): string[][] {
  return state.subtasks.map((subtask, index) =>
    subtaskLines(state, subtask, index === state.subtasks.length - 1, open(subtask), options),
  );
}

/** The tree in at most `room` lines: finished subtasks fold first, then waiting ones, then the oldest go. */
function fittingTree(state: LiveState, room: number, options: RenderOptions): string[] {
  const foldings: ((subtask: SubtaskState) => boolean)[] = [
    () => true,
    ({ mark }) => mark !== 'done' && mark !== 'skipped',
    ({ mark }) => mark === 'running' || mark === 'held' || mark === 'failed',
    () => false,
  ];
  let lines: string[] = [];
  for (const open of foldings) {
    lines = tree(state, open, options).flat();
    if (lines.length <= room) return lines;
  }
  const busy = state.subtasks.findIndex(({ mark }) => mark === 'running' || mark === 'held');
  const shown = Math.max(1, room - 1);
  const from = Math.max(0, Math.min(busy < 0 ? 0 : busy - 1, lines.length - shown));
  const hidden = options.colors.dim(`   … ${count(lines.length - shown, 'more subtask')}`);
  return [...lines.slice(from, from + shown), hidden];
}

function footer(state: LiveState, options: RenderOptions): string {
  const steps = state.subtasks.flatMap((subtask) => subtask.steps);
  const done = steps.filter((step) => step.mark === 'done' || step.mark === 'skipped').length;
  const parts = [
    state.status.replace('_', ' '),
    steps.length > 0 ? `${done} of ${count(steps.length, 'step')}` : '',
    elapsed(state.startedAt, state.endedAt, options.now),
    usd(state.costUsd),
    state.tokens > 0 ? count(state.tokens, 'token') : '',
  ];
  return options.colors.dim(fit(parts.filter(Boolean).join(' · '), options.columns - 1));
}

/** The whole picture: the task, its tree, what needs a person, and the figures. Never higher than the terminal. */
export function render(state: LiveState, options: RenderOptions): string {
  const { colors, columns, rows } = options;
  const head = `${glyph(state.mark, options)} ${colors.bold(fit(oneLine(state.description || state.taskId), columns - 3))}`;
  const alert = (text: string) => colors.yellow(`▲ ${fit(oneLine(text), columns - 3)}`);
  const command = (text: string) => `  npm run office -- ${text}`;
  const alerts = [...state.approvals].flatMap(([id, message]) => {
    const approve = command(`approve ${oneLine(id)}`);
    const shown = width(approve) < columns ? approve : fit(command('approvals'), columns - 1);
    return [alert(message || 'A person must decide.'), colors.yellow(shown)];
  });
  if (state.notice !== '') alerts.push(alert(state.notice));
  const room = Math.max(3, rows - 4 - alerts.length);
  return [head, ...fittingTree(state, room, options), ...alerts, footer(state, options)].join('\n');
}
