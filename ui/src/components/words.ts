// Times, paths and states in the words that people read.

import type { ActionView, RunView, StepRecord, TerminalState } from '../api/types';
import { currentStep } from '../stores/runs.svelte';
import { duration } from '../terminal/duration';

export { duration };

const RELATIVE = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });
const EXACT = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

/** `2 hours ago`; under a minute `just now`. */
export function ago(moment: string, now: number): string {
  const seconds = (now - Date.parse(moment)) / 1000;
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return RELATIVE.format(-Math.trunc(seconds / length), unit);
  }
  return 'just now';
}

export function exactly(moment: string): string {
  return EXACT.format(new Date(moment));
}

/** Whole seconds and up, for what is still going on: `0 s`, `12 s`, `3 min 05 s`. */
export function elapsed(ms: number): string {
  const whole = Math.max(0, Math.floor(ms / 1000));
  return whole < 60 ? `${whole} s` : duration(whole * 1000);
}

/** A path with the home folder as `~`. */
export function shortPath(path: string): string {
  return path.replace(/^(\/home\/[^/]+|\/Users\/[^/]+|\/root)(?=\/|$)/, '~');
}

/** So many letters of a path fit into the sidebar. */
const ROOM = 28;

/** A path's end, which tells folders apart: `…/work/garden`. */
export function pathEnd(path: string): string {
  const short = shortPath(path);
  if (short.length <= ROOM) return short;
  const two = short.split('/').slice(-2).join('/');
  return `…/${two.length <= ROOM ? two : fileName(two)}`;
}

export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The folder that a file is in. */
export function folder(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

export function size(bytes: number): string {
  return bytes < 1024 ? `${bytes} B` : `${(bytes / 1024).toFixed(1)} KiB`;
}

/** A step's kind, or another thing that a file decides, as a word beside its text. */
export function kindWord(kind: string): string {
  return KINDS[kind] ?? kind;
}

const KINDS: Record<string, string> = {
  write: 'Types',
  wait_for: 'Waits for',
  wait_exit: 'Waits until',
  delay: 'Pauses',
  shell: 'Shell',
  cwd: 'Folder',
  env: 'Variable',
  claude: 'Agent',
};

/** What a step does, for a progress line. */
export function stepWords(step: StepRecord): string {
  switch (step.kind) {
    case 'wait_for':
      return `waiting for ${step.text}`;
    case 'wait_exit':
      return 'waiting for the command to end';
    case 'delay':
      return `pausing ${step.text}`;
    case 'write':
      return `typing ${step.text}`;
    default:
      return step.text;
  }
}

/** `step 2 of 4` */
export function progress(run: RunView): string {
  const step = currentStep(run);
  return step ? `step ${step.step + 1} of ${run.steps.length}` : `${run.steps.length} steps`;
}

/** `step 2 of 4, waiting for ready, for 12 s` */
export function progressWords(run: RunView, now: number): string {
  const step = currentStep(run);
  if (!step) return progress(run);
  const since = step.started ? `, for ${elapsed(now - Date.parse(step.started))}` : '';
  return `${progress(run)}, ${stepWords(step)}${since}`;
}

export function stateWords(state: TerminalState): string {
  switch (state.kind) {
    case 'starting':
      return 'starting';
    case 'at_prompt':
      return state.last_exit ? `at its prompt, last exit ${state.last_exit}` : 'at its prompt';
    case 'running':
      return state.command ? `running ${state.command}` : 'running';
    case 'exited':
      if (state.signal) return `ended by ${state.signal}`;
      return state.code === null ? 'ended' : `ended with ${state.code}`;
  }
}

/** Everything the marks of an action's button say, for assistive tools and the tooltip. */
export function actionWords(action: ActionView, run: RunView | undefined): string {
  const said: string[] = [];
  if (run?.status === 'running') said.push(`running, ${progress(run)}`);
  else if (run) said.push(run.failure ? `${run.status}: ${run.failure.message}` : run.status);
  const errors = action.problems.filter((problem) => problem.severity === 'error').length;
  const first = action.problems[0];
  if (first) {
    said.push(
      `${errors > 0 ? 'problem' : 'warning'} in line ${first.line}, column ${first.column}: ${first.message}`,
    );
  }
  if (action.overrides) said.push(action.overrides.default ? 'overrides a default' : 'overrides yours');
  if (!action.trusted) said.push('not trusted yet');
  return said.join('; ');
}

/** What a project's action hides, for the trust question. */
export function overriddenWords(overridden: { label: string; default: boolean }): string {
  return overridden.default
    ? `It replaces the default ${overridden.label}.`
    : `It replaces your own ${overridden.label}.`;
}
