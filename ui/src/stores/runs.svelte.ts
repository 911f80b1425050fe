// Runs as the host tells them, and which of them a button or a tab shows.

import { SvelteMap } from 'svelte/reactivity';

import type { ActionView, HostEvent, RunView, StepRecord } from '../api/types';

export class Runs {
  byId = new SvelteMap<string, RunView>();
  /** Actions that are on their way to a run: a second click changes nothing. */
  readonly starting = new Set<string>();
  /** Runs that were started on this page. */
  readonly own = new Set<string>();

  /** Runs of a host that ended, as this page knew them last. */
  private readonly left = new Map<string, RunView>();

  private newest = $derived([...this.byId.values()].toSorted((a, b) => (a.started < b.started ? 1 : -1)));
  private latestByAction = $derived(firstBy(this.newest, (run) => key(run.action, run.scope, run.project)));
  private latestByTerminal = $derived(firstBy(this.newest, (run) => run.terminal));

  set(runs: RunView[]): void {
    this.byId.clear();
    for (const run of this.left.values()) this.put(run);
    for (const run of runs) this.byId.set(run.id, run);
  }

  /** The host ended: nobody goes on with what was at work. Answers the runs that were. */
  leave(): RunView[] {
    const running = [...this.byId.values()].filter((run) => run.status === 'running');
    for (const run of running) this.put(interrupted(run));
    for (const run of this.byId.values()) this.left.set(run.id, run);
    return running;
  }

  put(run: RunView): void {
    this.byId.set(run.id, run);
  }

  /** Takes the answer to an operation, unless events that came before it already know more. */
  meet(run: RunView): void {
    if (!this.byId.has(run.id)) this.put(run);
  }

  /** The newest run of an action in a project. */
  of(action: Pick<ActionView, 'id' | 'scope'>, project: string | null): RunView | undefined {
    return this.latestByAction.get(key(action.id, action.scope, project));
  }

  /** The newest run in a terminal. */
  in(terminal: string): RunView | undefined {
    return this.latestByTerminal.get(terminal);
  }

  /** Takes an event about a run; others are not its business. */
  take(event: HostEvent): void {
    switch (event.event) {
      case 'run_started':
        this.put(event.view);
        break;
      case 'step_started':
        this.step(event.run, event.step, { status: 'running', started: new Date().toISOString() });
        break;
      case 'step_finished': {
        const { status, duration_ms, reason } = event;
        this.step(event.run, event.step, { status, duration_ms, reason });
        break;
      }
      case 'run_finished': {
        const run = this.byId.get(event.run);
        const { status, exit_code, duration_ms, failure, steps } = event;
        if (run) this.put({ ...run, status, exit_code, duration_ms, failure, steps });
        break;
      }
    }
  }

  private step(id: string, at: number, change: Partial<StepRecord>): void {
    const run = this.byId.get(id);
    if (!run) return;
    this.put({ ...run, steps: run.steps.map((step) => (step.step === at ? { ...step, ...change } : step)) });
  }
}

/** The step that is at work, or the one that is next while none is. */
export function currentStep(run: RunView): StepRecord | undefined {
  return (
    run.steps.find((step) => step.status === 'running') ?? run.steps.find((step) => step.status === 'pending')
  );
}

/** The run whose host ended under it. What its step came to nobody saw. */
function interrupted(run: RunView): RunView {
  const steps = run.steps.map((step): StepRecord => {
    if (step.status === 'running')
      return { ...step, status: 'cancelled', reason: 'the host ended while this was at work' };
    return step.status === 'pending' ? { ...step, status: 'skipped' } : step;
  });
  return { ...run, status: 'interrupted', steps };
}

function key(action: string, scope: string, project: string | null): string {
  return JSON.stringify([action, scope, project]);
}

function firstBy(runs: RunView[], name: (run: RunView) => string): Map<string, RunView> {
  const first = new Map<string, RunView>();
  for (const run of runs) if (!first.has(name(run))) first.set(name(run), run);
  return first;
}
