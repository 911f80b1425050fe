// The wire types of the door, mirrored by hand from `src-tauri/core/src/api` and `action.rs`.
// The types generated from docs/openapi.json (`schema.d.ts`) replace this file; nothing else may
// declare a wire type.

export type Scope = 'user' | 'project';
export type InputType = 'string' | 'text' | 'number' | 'boolean' | 'choice' | 'path' | 'secret';
export type Severity = 'error' | 'warning';
export type ActionHealth = 'ready' | 'stale' | 'broken';

export interface Input {
  id: string;
  label?: string;
  description?: string;
  type: InputType;
  default?: string;
  required: boolean;
  choices?: string[];
}

export interface Problem {
  file: string;
  line: number;
  column: number;
  severity: Severity;
  code: string;
  message: string;
  fix?: string;
}

export interface StepView {
  kind: string;
  text: string;
}

export interface Overridden {
  label: string;
  path: string;
  default: boolean;
}

export interface ActionView {
  id: string;
  label: string;
  description?: string;
  icon: string;
  tags: string[];
  scope: Scope;
  path: string;
  default: boolean;
  overrides: Overridden | null;
  trusted: boolean;
  health: ActionHealth;
  inputs: Input[];
  last_inputs: Record<string, string>;
  steps: StepView[];
  problems: Problem[];
  sha256: string;
}

export interface ActionList {
  project: string | null;
  actions: ActionView[];
  deleted: string[];
  problems: Problem[];
}

export interface ActionDetail {
  action: ActionView;
  source: string;
}

export interface ExecuteRequest {
  project?: string | null;
  scope?: Scope | null;
  inputs?: Record<string, string>;
  trust?: string | null;
  stale?: boolean;
  settle?: boolean;
  keep?: boolean;
  timeout?: number | null;
  cols?: number | null;
  rows?: number | null;
  terminal?: string | null;
}

export interface PreviewRequest {
  project?: string | null;
  scope?: Scope | null;
  inputs?: Record<string, string>;
}

export interface Preview {
  action: ActionView;
  commands: StepView[];
  sha256: string;
  diff: string | null;
}

export interface Version {
  timestamp: string;
  at: string;
  size: number;
  author: string;
  valid: boolean;
  summary: string;
  active: boolean;
}

export interface VersionContent {
  version: Version;
  source: string;
  diff: string;
}

export interface RestoreRequest {
  timestamp: string;
  project?: string | null;
  scope?: Scope | null;
}

export interface Undo {
  timestamp: string | null;
}

export interface CreateRequest {
  project?: string | null;
}

export type TerminalState =
  | { kind: 'starting' }
  | { kind: 'at_prompt'; last_exit: number | null }
  | { kind: 'running'; command: string | null; since: string }
  | { kind: 'exited'; code: number | null; signal: string | null };

export interface TerminalView {
  id: string;
  codename: string;
  task: string;
  cwd: string;
  project: string | null;
  cols: number;
  rows: number;
  pid: number | null;
  state: TerminalState;
  integrated: boolean;
  title: string | null;
  created: string;
  run: string | null;
}

export interface SpawnRequest {
  project?: string | null;
  cwd?: string | null;
  shell?: string | null;
  cols?: number | null;
  rows?: number | null;
}

export interface ResizeRequest {
  cols: number;
  rows: number;
}

export interface WriteReport {
  bytes: number;
}

export interface KillReport {
  code: number | null;
  signal: string | null;
  survivors: number[];
}

export interface ScreenView {
  cols: number;
  rows: number;
  lines: string[];
  cursor_row: number;
  cursor_col: number;
}

export type StreamIn =
  { type: 'ack'; bytes: number } | { type: 'resize'; cols: number; rows: number } | { type: 'sync' };

export type StreamOut =
  | { type: 'replay'; bytes: number; cols: number; rows: number }
  | { type: 'live' }
  | { type: 'resize'; cols: number; rows: number }
  | { type: 'synced' }
  | { type: 'exit'; code: number | null; signal: string | null };

export type RunStatus = 'running' | 'succeeded' | 'failed' | 'cancelled' | 'interrupted';
export type StepStatus = 'pending' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'skipped';

export interface StepRecord {
  step: number;
  kind: string;
  text: string;
  status: StepStatus;
  started: string | null;
  duration_ms: number | null;
  reason: string | null;
}

export interface RunFailure {
  step: number | null;
  code: string;
  message: string;
  last_output: string | null;
}

export interface RunView {
  id: string;
  action: string;
  label: string;
  scope: Scope;
  project: string | null;
  terminal: string;
  status: RunStatus;
  steps: StepRecord[];
  exit_code: number | null;
  failure: RunFailure | null;
  started: string;
  duration_ms: number | null;
}

export interface ProjectView {
  path: string;
  name: string;
  used: string;
  exists: boolean;
}

export interface HostStatus {
  pid: number;
  version: string;
  started: string;
  socket: string;
  url: string | null;
  home: string;
  memory: { rss: number };
  terminals: number;
  runs: number;
  clients: number;
  notices: string[];
}

export type HostEvent =
  | { event: 'hello'; version: string; pid: number }
  | { event: 'actions_changed'; project: string | null }
  | { event: 'projects_changed' }
  | { event: 'terminal_changed'; terminal: TerminalView }
  | { event: 'terminal_bell'; terminal: string }
  | { event: 'terminal_closed'; terminal: string }
  | { event: 'run_started'; run: string; view: RunView }
  | { event: 'step_started'; run: string; step: number; kind: string }
  | {
      event: 'step_finished';
      run: string;
      step: number;
      kind: string;
      status: StepStatus;
      duration_ms: number;
      reason: string | null;
    }
  | {
      event: 'run_finished';
      run: string;
      status: RunStatus;
      exit_code: number | null;
      terminal: string;
      duration_ms: number;
      failure: RunFailure | null;
      steps: StepRecord[];
    }
  | { event: 'notice'; code: string; message: string; action: string | null; restore: string | null }
  | { event: 'stopping' };

export interface ErrorBody {
  code: string;
  message: string;
  hint?: string;
  at?: { file: string; line: number; column: number };
}
