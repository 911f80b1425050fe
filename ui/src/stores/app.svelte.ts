// Puts the stores together: one door, one place where the host's events are handed out.

import { version as PAGE } from '../../package.json';
import { Door, type Key } from '../api/door';
import { DoorError, hasCode } from '../api/error';
import { Events } from '../api/events';
import type { HostEvent, Problem, RunView, TerminalView } from '../api/types';
import type { Native } from '../native/native';
import { coloursToTell, onThemeChange } from '../terminal/theme';
import type { Viewer } from '../terminal/viewer.svelte';
import { Viewers } from '../terminal/viewers.svelte';
import { Actions } from './actions.svelte';
import { offersOf } from './changing';
import { Connection } from './connection.svelte';
import { Dialogs } from './dialogs.svelte';
import { LAYOUT_VERSION, Layout, readKept } from './layout.svelte';
import { ActionMenuState } from './menu.svelte';
import { Projects } from './projects.svelte';
import { Runs } from './runs.svelte';
import { Settings } from './settings.svelte';
import { lostWords } from './restart';
import { placeOf, Shortcuts } from './shortcuts.svelte';
import { Terminals, type Call } from './terminals.svelte';
import { sentence, Toasts } from './toasts.svelte';

type Notified = 'notify-bell' | 'notify-finished' | 'notify-failed';

export class App {
  readonly connection = new Connection();
  readonly toasts = new Toasts();
  readonly layout: Layout;
  readonly settings: Settings;
  readonly shortcuts: Shortcuts;
  readonly menu = new ActionMenuState();
  readonly runs = new Runs();
  readonly terminals = new Terminals();
  readonly projects: Projects;
  readonly actions: Actions;
  readonly viewers: Viewers;
  /** The terminal whose find bar is open. */
  finding: string | null = $state(null);
  /** The terminals in which files are edited, by the file's path. */
  readonly editing = new Map<string, string>();
  /** What a run just did, for those who can't see its marks. What terminals print is never said. */
  said = $state('');
  private events: Events | undefined;
  private unwatchTheme: (() => void) | undefined;
  /** The last colours are on their way to the host. */
  private told: Promise<unknown> = Promise.resolve();
  /** Events that came while the lists were fetched; they are taken after them, in order. */
  private waiting: HostEvent[] | null = null;
  /** The host that this page spoke to last. */
  private host: { version: string; pid: number } | undefined;
  /** Another version that the user wants to go on with. */
  private accepted: string | undefined;
  /** The host is another one than before, and what that means has not been told yet. */
  private anew = false;
  /** What ended with a host that said that it stops. */
  private lost: { terminals: TerminalView[]; runs: RunView[] } | undefined;
  /** Whether the host ends only to begin anew. */
  private restarting = false;

  constructor(
    readonly door: Door,
    readonly native: Native,
    readonly dialogs: Dialogs,
  ) {
    this.layout = new Layout(
      (state) =>
        door.keepLayout({ version: LAYOUT_VERSION, state: state as unknown as Record<string, never> }),
      () => this.viewers.resizedByHand(),
    );
    this.settings = new Settings(door);
    this.shortcuts = new Shortcuts(this.settings);
    this.projects = new Projects(door, (project) => this.layout.choose(project));
    this.actions = new Actions(door);
    this.viewers = new Viewers(
      door,
      {
        openAddress: (url) => native.openAddress(url),
        isShortcut: (event, wholeScreen) => {
          const called = this.shortcuts.called(event, wholeScreen);
          // The number of a tab that isn't there is the program's: Alt+5 is an argument to the shell's editor.
          const place = called && placeOf(called);
          if (place?.what === 'tab') return place.at < this.layout.pane.tabs.length;
          return called !== undefined;
        },
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
        typed: () => this.events?.typed(),
        printed: () => this.events?.printed(),
        runningSince: (terminal) => {
          const state = this.terminals.get(terminal)?.state;
          return state?.kind === 'running' ? Date.parse(state.since) : null;
        },
      },
      this.settings.terminal,
    );
  }

  /** Follows the host for as long as the page lives. */
  start(known = true): void {
    this.unwatchTheme ??= onThemeChange(() => this.tellColours());
    this.events = new Events(
      this.door,
      {
        event: (event) => {
          if (event.event === 'hello') void this.greeted(event.version, event.pid);
          else if (this.waiting) this.waiting.push(event);
          else void this.take(event);
        },
        lost: (attempt) => this.connection.lost(attempt),
        silent: (is) => (this.connection.silent = is),
        beforeRetry: async () => {
          try {
            // A host that somebody stopped is not started by a page that happens to be open.
            this.door.rekey(await this.native.door(this.connection.state.kind !== 'stopped'));
            await this.door.host();
          } catch (error) {
            this.missed(error);
            throw error;
          }
        },
      },
      known,
    );
  }

  stop(): void {
    this.unwatchTheme?.();
    this.events?.close();
  }

  /** Tries now rather than later. */
  retry(): void {
    if (!this.events) this.start(false);
    if (this.connection.state.kind === 'unlisted') void this.catchUp();
    else this.events?.retry();
  }

  /** Sockets that dropped try again at once; the others ask whether the host is there. */
  wake(): void {
    if (this.connection.state.kind === 'lost') this.retry();
    else this.events?.seen();
  }

  /** The user wants a host where somebody stopped it, or pasted the address of a new one. */
  reconnect(): void {
    this.connection.again();
    this.retry();
  }

  /** Goes on with a host of another version. */
  acceptVersion(): void {
    this.accepted = this.host?.version;
    void this.catchUp();
  }

  /** Ends the host and all its terminals; a window's page starts one of its own version then. */
  async restartHost(): Promise<void> {
    try {
      this.restarting = true;
      await this.door.stopHost();
      this.connection.again();
    } catch (error) {
      this.restarting = false;
      this.toasts.fail('The host could not be restarted', error);
    }
  }

  /** Chooses a project and shows its actions. */
  async chooseProject(folder: string | null): Promise<void> {
    try {
      await this.projects.choose(folder);
      this.actions.filter = '';
      await this.listActions();
    } catch (error) {
      this.toasts.fail('This folder can’t be opened', error);
    }
  }

  /** Takes a project off the list; its folder, if there is one, stays as it is. */
  async forgetProject(folder: string): Promise<void> {
    const chosen = folder === this.projects.current;
    try {
      await this.projects.forget(folder);
      if (chosen) await this.listActions();
    } catch (error) {
      this.toasts.fail('The project could not be forgotten', error);
    }
  }

  /** Looks which projects' folders are there now: they come and go without the host. */
  async lookAtProjects(): Promise<void> {
    if (this.connection.state.kind !== 'ready') return;
    const { current, gone } = this.projects;
    await this.projects.load().catch(() => undefined);
    if (this.projects.current !== current || this.projects.gone !== gone) await this.reloadActions();
  }

  async openFolder(): Promise<void> {
    const folder = await this.native.pickFolder();
    if (folder) await this.chooseProject(folder);
  }

  /** Brings a terminal to the front and types into it from here on. */
  showTerminal(id: string): void {
    if (!this.terminals.get(id)) return;
    this.layout.show(id);
    this.terminals.attention.delete(id);
    const viewer = this.viewerOf(id);
    requestAnimationFrame(() => {
      viewer?.claim();
      viewer?.focus();
    });
  }

  /** A terminal's viewer. What a dead host left can't be fetched again: it has one only if it was shown before. */
  viewerOf(id: string): Viewer | undefined {
    return this.terminals.left.has(id) ? this.viewers.get(id) : this.viewers.show(id);
  }

  /** What is wrong with files of actions. The host tells of the settings' file in the same list. */
  get actionProblems(): Problem[] {
    const settings = this.settings.view?.path;
    return this.actions.problems.filter((problem) => problem.file !== settings);
  }

  /** What is wrong with the settings' file. */
  get settingProblems(): Problem[] {
    return this.settings.view?.problems ?? [];
  }

  /** How many terminals have a program in them. */
  get living(): number {
    return this.terminals.list.filter((terminal) => terminal.state.kind !== 'exited').length;
  }

  /** Whether the user looks at a terminal right now. A window without the focus may be behind others. */
  sees(terminal: string): boolean {
    return this.layout.visible.has(terminal) && document.visibilityState === 'visible' && document.hasFocus();
  }

  /** Somebody came back to the window: what is in front is seen. */
  looked(): void {
    for (const id of this.layout.visible) if (id !== null) this.terminals.attention.delete(id);
    void this.lookAtProjects();
  }

  private hasEnded(id: string): boolean {
    return this.terminals.get(id)?.state.kind === 'exited';
  }

  private async take(event: HostEvent): Promise<void> {
    // A host that stops closes its terminals one by one. They stay here as what has ended, and so do their runs.
    if (this.lost && event.event !== 'notice') return;
    this.runs.take(event);
    switch (event.event) {
      case 'actions_changed':
        if (event.project === null || event.project === this.projects.current) await this.reloadActions();
        break;
      case 'projects_changed':
        await this.lookAtProjects();
        break;
      case 'terminal_changed':
        if (event.terminal.state.kind === 'exited' && !this.hasEnded(event.terminal.id))
          this.said = `${event.terminal.codename} ended`;
        this.terminals.put(event.terminal);
        break;
      case 'terminal_closed':
        this.forget(event.terminal);
        break;
      case 'config_changed':
        this.settings.take(event.config);
        break;
      case 'terminal_bell':
        this.callFor(event.terminal, { kind: 'bell', words: 'rang the bell' }, 'notify-bell');
        break;
      case 'codename_met':
        this.terminals.codenames.met = event.met;
        break;
      case 'run_started':
        this.said = `${event.view.label} started`;
        break;
      case 'run_finished': {
        const run = this.runs.byId.get(event.run);
        if (run) {
          this.said = `${run.label} ${event.status}`;
          const words = `${run.label}: ${event.failure?.message ?? event.status}`;
          const setting = event.status === 'failed' ? 'notify-failed' : 'notify-finished';
          this.callFor(event.terminal, { kind: 'run', words }, setting);
        }
        break;
      }
      case 'stopping':
        this.lost = this.leave();
        if (this.restarting) this.connection.again();
        else this.connection.stopped();
        break;
      case 'notice':
        this.toasts.show(sentence(event.message), {
          body: event.hint ? sentence(event.hint) : undefined,
          actions: offersOf(this, event),
          stays: true,
        });
        break;
    }
  }

  private async greeted(version: string, pid: number): Promise<void> {
    const before = this.host;
    this.host = { version, pid };
    if (before?.pid !== pid) this.restarting = false;
    if (this.lost || (before !== undefined && before.pid !== pid)) this.anew = true;
    if (version !== PAGE && version !== this.accepted) {
      this.connection.otherVersion(version, PAGE);
      return;
    }
    await this.catchUp();
  }

  /** Another host is there. What the one before took along is told; what this page has of it stays to be read. */
  private tellRestart(): void {
    this.anew = false;
    const { terminals, runs } = this.lost ?? this.leave();
    this.lost = undefined;
    const body = terminals.length > 0 ? lostWords(terminals, runs) : undefined;
    this.toasts.show('The host was restarted', { body, stays: body !== undefined });
  }

  /** The host ended, however it did: what it had stays on this page to be read, until somebody closes it. */
  private leave(): { terminals: TerminalView[]; runs: RunView[] } {
    const terminals = this.terminals.leave();
    const runs = this.runs.leave();
    for (const id of this.terminals.left) this.viewers.get(id)?.leave();
    return { terminals, runs };
  }

  /** Everything may have changed while nobody listened: list it all anew. */
  private async catchUp(): Promise<void> {
    // A connection may drop before all is listed; what a host says only once is not lost with it.
    const notices = this.waiting?.filter((event) => event.event === 'notice') ?? [];
    const waiting: HostEvent[] = (this.waiting = notices);
    try {
      const first = !this.layout.isRestored;
      const layout = first ? this.door.layout() : Promise.resolve(null);
      const projects = layout.then((kept) => this.projects.load(readKept(kept)?.project));
      const [terminals, runs, codenames, kept] = await Promise.all([
        this.door.terminals(),
        this.door.runs(),
        this.door.codenames(),
        layout,
        this.settings.load(),
        projects.then(() => this.listActions()),
      ]);
      if (this.waiting !== waiting) return;
      if (this.anew) this.tellRestart();
      this.terminals.set(terminals);
      this.terminals.codenames = { met: codenames.met.length, of: codenames.of };
      this.runs.set(runs);
      this.layout.restore([...this.terminals.byId.keys()], kept);
      this.viewers.keep((id) => this.terminals.byId.has(id));
      if (this.host) this.connection.ready(this.host.version, this.host.pid);
      this.viewers.retry();
      this.tellColours();
      if (first) this.focusFront();
    } catch (error) {
      if (this.waiting !== waiting) return;
      const told = error instanceof DoorError ? error : DoorError.unreachable();
      if (told.status === 401) this.connection.refused(told);
      // The socket will tell when the host is gone; else the lists are what is wrong.
      else if (told.status !== 0) this.connection.unlisted(told);
      else this.connection.lost(0);
      return;
    } finally {
      if (this.waiting === waiting) this.waiting = null;
    }
    // All of them now: the next event must not come before one that waited.
    for (const event of waiting) void this.take(event);
  }

  /** What is typed into a window that just came up goes to its terminal, unless something else took the focus. */
  focusFront(): void {
    requestAnimationFrame(() => {
      const { active } = this.layout;
      if (active !== null && document.activeElement === document.body) this.viewers.get(active)?.focus();
    });
  }

  /** Programs that ask for colours hear from the host what is seen here. One after the other: the newest holds. */
  private tellColours(): void {
    if (this.connection.state.kind !== 'ready') return;
    this.told = this.told.then(() => this.door.tellColours(coloursToTell())).catch(() => undefined);
  }

  /** Lists the actions anew. Where that fails, what is shown is old, and that is said. */
  async reloadActions(): Promise<void> {
    try {
      await this.listActions();
    } catch (error) {
      // The socket tells when the host is gone.
      if (error instanceof DoorError && error.status !== 0)
        this.toasts.fail('The actions could not be listed', error);
    }
  }

  /** Lists the chosen project's actions. Where its folder is gone, which its card says, the user's own are left. */
  private async listActions(): Promise<void> {
    const { current } = this.projects;
    try {
      await this.actions.load(current);
      // It is there again.
      if (this.projects.gone && current === this.projects.current) await this.projects.load();
    } catch (error) {
      if (current === null || !hasCode(error, 'unknown_project')) throw error;
      this.projects.miss(current);
      if (current === this.projects.current) await this.actions.load(null);
    }
  }

  private forget(terminal: string): void {
    this.terminals.remove(terminal);
    this.layout.hide(terminal);
    this.viewers.drop(terminal);
  }

  /** Something happened in a terminal that nobody looks at: mark it, and tell the system once. */
  private callFor(terminal: string, call: Call, setting: Notified): void {
    if (this.sees(terminal)) return;
    const first = !this.terminals.attention.has(terminal);
    this.terminals.attention.set(terminal, call);
    const view = this.terminals.get(terminal);
    if (!first || !view) return;
    if (call.kind === 'bell') this.said = `${view.codename} ${call.words}`;
    if (this.settings.config[setting]) void this.native.notify(view.codename, call.words, terminal);
  }

  /** An attempt at reaching the host failed. A closed socket doesn't say why; a plain request does. */
  private missed(error: unknown): void {
    if (!(error instanceof DoorError)) return;
    if (error.status === 401 || error.status === 403) this.connection.refused(error);
    else {
      const { state } = this.connection;
      const attempt = state.kind === 'lost' ? state.attempt + 1 : 1;
      this.connection.lost(attempt, error.code === 'unreachable' ? undefined : error);
    }
  }
}

/** The first address and token; the error is shown by the page itself. */
export async function firstKey(native: Native): Promise<Key | DoorError> {
  try {
    return await native.door(true);
  } catch (error) {
    return error instanceof DoorError
      ? error
      : new DoorError(0, { code: 'no_host', message: String(error), hint: 'see `ai-orchestrator host log`' });
  }
}
