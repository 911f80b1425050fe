import { vi } from 'vitest';

import type { Door } from '../src/api/door';
import type { ActionView, Input, RunView, TerminalView, Version } from '../src/api/types';
import type { Native } from '../src/native/native';
import { App } from '../src/stores/app.svelte';
import { Dialogs } from '../src/stores/dialogs.svelte';

export function action(change: Partial<ActionView> = {}): ActionView {
  return {
    id: 'hello',
    label: 'Hello',
    description: null,
    icon: 'Play',
    tags: [],
    scope: 'project',
    path: '/repo/.ai-orchestrator/actions/hello.yaml',
    default: false,
    overrides: null,
    trusted: true,
    health: 'ready',
    inputs: [],
    last_inputs: {},
    steps: [],
    problems: [],
    sha256: 'aa',
    ...change,
  };
}

export function input(change: Partial<Input> = {}): Input {
  return {
    id: 'who',
    label: null,
    description: null,
    type: 'string',
    default: null,
    required: true,
    choices: [],
    ...change,
  };
}

export function run(change: Partial<RunView> = {}): RunView {
  const step = { kind: 'write', text: 'x', started: null, duration_ms: null, reason: null };
  return {
    id: 'run-1',
    action: 'hello',
    label: 'Hello',
    scope: 'project',
    project: '/repo',
    terminal: 'term-1',
    status: 'running',
    steps: [
      { ...step, step: 0, status: 'pending' },
      { ...step, step: 1, status: 'pending' },
    ],
    exit_code: null,
    failure: null,
    started: '2026-11-21T12:00:00Z',
    duration_ms: null,
    ...change,
  };
}

export function terminal(change: Partial<TerminalView> = {}): TerminalView {
  return {
    id: 'term-1',
    codename: 'brave-alpaca',
    task: 'Hello',
    cwd: '/repo',
    project: '/repo',
    cols: 80,
    rows: 24,
    pid: 7,
    state: { kind: 'at_prompt', last_exit: null },
    integrated: true,
    title: null,
    created: '2026-11-21T12:00:00Z',
    run: null,
    ...change,
  };
}

export function version(change: Partial<Version> = {}): Version {
  return {
    timestamp: '2026-11-21T12-00-00.000001Z',
    at: '2026-11-21T12:00:00Z',
    size: 10,
    author: 'editor',
    valid: true,
    summary: 'label changed',
    active: false,
    ...change,
  };
}

/** An app whose door is a record of mocks; an operation that a test did not foresee rejects. */
export function testApp(door: Partial<Record<keyof Door, unknown>> = {}): App {
  const strict = new Proxy(door, {
    get: (known, name: keyof Door) =>
      known[name] ?? (() => Promise.reject(new Error(`the test has no ${String(name)}`))),
  });
  const native: Native = {
    desktop: false,
    door: vi.fn(),
    pickFolder: vi.fn(async () => null),
    openInEditor: vi.fn(async () => null),
    mayNotify: () => 'granted',
    askToNotify: async () => 'granted',
    notify: vi.fn(async () => undefined),
    openAddress: vi.fn(),
    tellTerminals: vi.fn(),
    closeWindow: vi.fn(),
    keepWindow: vi.fn(),
    quit: vi.fn(),
  };
  const app = new App(strict as unknown as Door, native, new Dialogs());
  app.showTerminal = vi.fn();
  app.projects.current = '/repo';
  return app;
}
