// Puts the stores together: one door, one place where the host's events are handed out.

import { Door, type Key } from '../api/door';
import { DoorError } from '../api/error';
import { Events } from '../api/events';
import type { HostEvent } from '../api/types';
import type { Native } from '../native/native';
import { Viewers } from '../terminal/viewers.svelte';
import { Actions } from './actions.svelte';
import { offersOf } from './changing';
import { Connection } from './connection.svelte';
import { Dialogs } from './dialogs.svelte';
import { Layout } from './layout.svelte';
import { ActionMenuState } from './menu.svelte';
import { Projects } from './projects.svelte';
import { Runs } from './runs.svelte';
import { Settings } from './settings.svelte';
import { Terminals, type Call } from './terminals.svelte';
import { sentence, Toasts } from './toasts.svelte';

export class App {
  readonly connection = new Connection();
  readonly toasts = new Toasts();
  readonly layout = new Layout();
  readonly settings = new Settings();
  readonly menu = new ActionMenuState();
  readonly runs = new Runs();
  readonly terminals = new Terminals();
  readonly projects: Projects;
  readonly actions: Actions;
  readonly viewers: Viewers;
  /** The terminal whose find bar is open. */
  finding: string | null = $state(null);
  /** What a run just did, for those who can't see its marks. What terminals print is never said. */
  said = $state('');
  private events: Events | undefined;
  /** Events that came while the lists were fetched; they are taken after them, in order. */
  private waiting: HostEvent[] | null = null;

  constructor(
    readonly door: Door,
    readonly native: Native,
    readonly dialogs: Dialogs,
  ) {
    this.projects = new Projects(door);
    this.actions = new Actions(door);
    this.viewers = new Viewers(
      door,
      {
        openAddress: (url) => native.openAddress(url),
        find: (terminal) => (this.finding = terminal),
        confirmPaste: async (text) =>
          (await dialogs.confirm(
            'Paste several lines?',
            'This program does not know that text is pasted: each line runs as if you had typed it.',
            [
              { value: 'paste', label: 'Paste', tone: 'primary' },
              { value: 'no', label: 'Cancel' },
            ],
            text,
          )) === 'paste',
        copyRefused: (text) =>
          this.toasts.show('A program wants to copy text', {
            actions: [{ label: 'Copy', run: () => navigator.clipboard.writeText(text) }],
          }),
        runningSince: (terminal) => {
          const state = this.terminals.get(terminal)?.state;
          return state?.kind === 'running' ? Date.parse(state.since) : null;
        },
      },
      this.settings.terminal,
    );
  }

  /** Follows the host for as long as the page lives. */
  start(): void {
    this.events = new Events(this.door, {
      event: (event) => {
        if (event.event === 'hello') void this.catchUp(event.version, event.pid);
        else if (this.waiting) this.waiting.push(event);
        else void this.take(event);
      },
      lost: (attempt) => {
        this.connection.lost(attempt);
        void this.diagnose();
      },
      beforeRetry: async () => {
        try {
          this.door.rekey(await this.native.door());
        } catch (error) {
          if (error instanceof DoorError) this.connection.lost(0, error.message, error.hint);
        }
      },
    });
  }

  stop(): void {
    this.events?.close();
  }

  retry(): void {
    this.events?.retry();
  }

  /** Chooses a project and shows its actions. */
  async chooseProject(folder: string | null): Promise<void> {
    try {
      await this.projects.choose(folder);
      this.actions.filter = '';
      await this.actions.load(this.projects.current);
    } catch (error) {
      this.toasts.fail('This folder can’t be opened', error);
    }
  }

  async openFolder(): Promise<void> {
    const folder = await this.native.pickFolder();
    if (folder) await this.chooseProject(folder);
  }

  /** Brings a terminal to the front and types into it from here on. */
  showTerminal(id: string): void {
    this.layout.show(id);
    this.terminals.attention.delete(id);
    const focus = (): void => {
      if (!this.terminals.get(id)) return;
      const viewer = this.viewers.show(id);
      requestAnimationFrame(() => {
        viewer.claim();
        viewer.focus();
      });
    };
    // Making an xterm takes a while: its tab is in front before that.
    if (this.viewers.get(id)) queueMicrotask(focus);
    else requestAnimationFrame(() => setTimeout(focus));
  }

  /** Whether the user can see a terminal right now. */
  sees(terminal: string): boolean {
    return this.layout.visible.has(terminal) && document.visibilityState === 'visible';
  }

  private async take(event: HostEvent): Promise<void> {
    this.runs.take(event);
    switch (event.event) {
      case 'actions_changed':
        if (event.project === null || event.project === this.projects.current) await this.reloadActions();
        break;
      case 'projects_changed':
        await this.projects.load().catch(() => undefined);
        break;
      case 'terminal_changed':
        this.terminals.put(event.terminal);
        break;
      case 'terminal_closed':
        this.forget(event.terminal);
        break;
      case 'terminal_bell':
        this.callFor(event.terminal, { kind: 'bell', words: 'rang the bell' });
        break;
      case 'run_started':
        this.said = `${event.view.label} started`;
        break;
      case 'run_finished': {
        const run = this.runs.byId.get(event.run);
        if (run) {
          this.said = `${run.label} ${event.status}`;
          const words = `${run.label}: ${event.failure?.message ?? event.status}`;
          this.callFor(event.terminal, { kind: 'run', words });
        }
        break;
      }
      case 'stopping':
        this.connection.lost(0, 'the host was stopped');
        break;
      case 'notice':
        this.toasts.show(sentence(event.message), { actions: offersOf(this, event), stays: true });
        break;
    }
  }

  /** Everything may have changed while nobody listened: list it all anew. */
  private async catchUp(version: string, pid: number): Promise<void> {
    const waiting: HostEvent[] = (this.waiting = []);
    try {
      const [terminals, runs] = await Promise.all([
        this.door.terminals(),
        this.door.runs(),
        this.projects.load().then(() => this.actions.load(this.projects.current)),
      ]);
      this.terminals.set(terminals);
      this.runs.set(runs);
      this.layout.restore(terminals.map((terminal) => terminal.id));
      this.viewers.keep((id) => this.terminals.byId.has(id));
      this.connection.ready(version, pid);
      this.viewers.retry();
    } catch (error) {
      if (error instanceof DoorError && error.status === 401)
        this.connection.refused(error.message, error.hint);
      else this.toasts.fail('The host’s lists could not be read', error);
    } finally {
      if (this.waiting === waiting) this.waiting = null;
    }
    for (const event of waiting) await this.take(event);
  }

  private async reloadActions(): Promise<void> {
    await this.actions.load(this.projects.current).catch(() => undefined);
  }

  private forget(terminal: string): void {
    this.terminals.remove(terminal);
    this.layout.hide(terminal);
    this.viewers.drop(terminal);
  }

  /** Something happened in a terminal that nobody looks at: mark it, and tell the system once. */
  private callFor(terminal: string, call: Call): void {
    if (this.sees(terminal)) return;
    const first = !this.terminals.attention.has(terminal);
    this.terminals.attention.set(terminal, call);
    const view = this.terminals.get(terminal);
    if (first && view && !document.hasFocus()) void this.native.notify(view.codename, call.words, terminal);
  }

  /** A closed WebSocket doesn't say why; a plain request does. */
  private async diagnose(): Promise<void> {
    try {
      await this.door.host();
    } catch (error) {
      if (error instanceof DoorError && (error.status === 401 || error.status === 403)) {
        this.connection.refused(error.message, error.hint);
      }
    }
  }
}

/** The first address and token; the error is shown by the page itself. */
export async function firstKey(native: Native): Promise<Key | DoorError> {
  try {
    return await native.door();
  } catch (error) {
    return error instanceof DoorError
      ? error
      : new DoorError(0, { code: 'no_host', message: String(error), hint: 'see `ai-orchestrator host log`' });
  }
}
