// A stage for journeys in a browser: a home and a project of their own, a real host, and Chromium on its page.
// Everything is found by role and name, as a person who can't see it would; the journeys are in `*.test.mjs`.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as moment } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const ui = createRequire(join(root, 'ui', 'package.json'));
const { chromium } = ui('playwright-core');

/** The program under test; `cargo xtask test` says where it is. */
const PROGRAM = process.env.AI_ORCHESTRATOR_BIN ?? join(root, 'target', 'debug', 'ai-orchestrator');
const BROWSERS = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
const QUIET = ['gpu', 'quic', 'background-networking', 'component-update', 'sync'].map(
  (what) => `--disable-${what}`,
);

const NOBODY = 65534;

export const axe = ui.resolve('axe-core/axe.min.js');

/** Looks again and again until `look` answers something true; fails, saying what never came. */
export async function until(what, look, limit = 60_000) {
  const end = Date.now() + limit;
  let last;
  for (;;) {
    try {
      const seen = await look();
      if (seen) return seen;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end)
      throw new Error(`never came: ${what}${last ? ` (${last.message})` : ''}`, { cause: last });
    await moment(25);
  }
}

/** Waits until an element has the focus. */
export function focused(element) {
  return until(`the focus on ${element}`, () => element.evaluate((one) => one === document.activeElement));
}

export class Stage {
  /** What is started as the command line, with what stands before its arguments. */
  program = [PROGRAM];

  /** Makes the folders, writes the given files below them, starts the host and opens the page. */
  static async build({ project = {}, user = {}, page = {}, plain = false } = {}) {
    const stage = new Stage();
    try {
      stage.root = await mkdtemp(join(tmpdir(), 'ai-orchestrator-ui-'));
      stage.home = join(stage.root, 'orchestrator');
      stage.project = join(stage.root, 'garden');
      stage.env = {
        ...process.env,
        AI_ORCHESTRATOR_HOME: stage.home,
        HOME: join(stage.root, 'user'),
        SHELL: '/bin/bash',
        LC_ALL: 'C.UTF-8',
      };
      await mkdir(stage.env.HOME, { recursive: true });
      await mkdir(join(stage.project, '.git'), { recursive: true });
      await mkdir(join(stage.home, 'actions'), { recursive: true });
      if (plain) await stage.becomePlain();
      for (const [name, text] of Object.entries(project)) await stage.projectAction(name, text);
      for (const [name, text] of Object.entries(user)) await stage.userAction(name, text);
      await stage.startHost();
      stage.browser = await chromium.launch({
        executablePath: BROWSERS.find((path) => path && existsSync(path)),
        args: ['--no-sandbox', '--no-first-run', ...QUIET],
        timeout: 120_000,
      });
      await stage.openPage(page);
      return stage;
    } catch (error) {
      await stage.strike();
      throw error;
    }
  }

  /** Root is never denied anything: where the tests are root, the host is nobody's from here on. */
  async becomePlain() {
    if (process.getuid() !== 0) return;
    const copy = join(this.root, 'ai-orchestrator');
    await copyFile(PROGRAM, copy);
    await run('chmod', ['755', this.root]);
    await run('chown', ['-R', `${NOBODY}:${NOBODY}`, this.home, this.env.HOME, this.project]);
    this.program = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', copy];
  }

  /** Ends the browser and the host, and removes the folders. */
  async strike() {
    await this.browser?.close().catch(() => {});
    if (this.env) await this.host('host', 'stop', '--yes').catch(() => {});
    if (this.root) await rm(this.root, { recursive: true, force: true, maxRetries: 5 });
  }

  async startHost(port = 0) {
    await this.host('host', 'start', '--http', `127.0.0.1:${port}`);
    this.url = new URL((await this.ask('host', 'status')).url);
  }

  /** Ends the host and starts another at the same port; the page is told its address, as if it was pasted. */
  async restartHost() {
    const { port } = this.url;
    await this.host('host', 'stop', '--yes');
    await this.startHost(port);
    await this.page.evaluate((hash) => (location.hash = hash), this.url.hash);
  }

  /** Opens the page as the printed address does, with the stage's project chosen. */
  async openPage(options = {}) {
    this.faults = [];
    this.said = [];
    this.context = await this.browser.newContext({
      viewport: { width: 1280, height: 820 },
      ...options,
    });
    await this.context.addInitScript(breakableSockets);
    await this.context.addInitScript(pretendedVersion);
    this.context.setDefaultTimeout(60_000);
    this.page = await this.context.newPage();
    this.page.on('console', (message) => message.type() === 'error' && this.said.push(message.text()));
    this.page.on('pageerror', (error) => this.faults.push(String(error)));
    await this.call('POST', '/v1/projects', { path: this.project });
    await this.page.goto(this.url.href);
    await this.toolbar.waitFor();
  }

  /** Runs the command line and answers what it printed. */
  async host(...args) {
    const [program, ...before] = this.program;
    const { stdout } = await run(program, [...before, ...args], {
      env: this.env,
      cwd: this.root,
    });
    return stdout;
  }

  /** The same, read as JSON. */
  async ask(...args) {
    return JSON.parse(await this.host(...args, '--json'));
  }

  /** Asks the door itself. */
  async call(method, path, body) {
    const token = new URLSearchParams(this.url.hash.slice(1)).get('token');
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
    };
    const answer = await fetch(this.url.origin + path, {
      method,
      headers,
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text && JSON.parse(text);
  }

  /** A command that ends when the stage says so: it reads a pipe. */
  async blocked(name) {
    await run('mkfifo', [join(this.root, name)]);
    return `cat ../${name}`;
  }

  async unblock(name) {
    await writeFile(join(this.root, name), '');
  }

  projectPath(name) {
    return join(this.project, '.ai-orchestrator', 'actions', `${name}.yaml`);
  }

  userPath(name) {
    return join(this.home, 'actions', `${name}.yaml`);
  }

  async projectAction(name, text) {
    await mkdir(dirname(this.projectPath(name)), { recursive: true });
    await writeFile(this.projectPath(name), text);
  }

  async userAction(name, text) {
    await writeFile(this.userPath(name), text);
  }

  get toolbar() {
    return this.page.getByRole('toolbar', { name: 'Quick actions' });
  }

  /** The button of a quick action. */
  action(label) {
    return this.toolbar.getByRole('button', { name: label, exact: true });
  }

  dialog(name) {
    return this.page.getByRole('dialog', { name });
  }

  get messages() {
    return this.page.getByRole('status', { name: 'Messages' });
  }

  /** Opens an action's context menu with the right button. */
  async menu(label) {
    await this.action(label).click({ button: 'right' });
    const menu = this.page.getByRole('menu', { name: label, exact: true });
    await menu.waitFor();
    return menu;
  }

  async choose(label, item) {
    const menu = await this.menu(label);
    await menu.getByRole('menuitem', { name: item, exact: true }).click();
  }

  /** Goes to an item of the open menu by a key, and chooses it. A menu has the focus a moment after it is there. */
  async chooseByKey(key, item) {
    const menu = this.page.getByRole('menu');
    await until('the focus in the menu', () => menu.evaluate((one) => one.matches(':focus-within')));
    await this.page.keyboard.press(key);
    await focused(menu.getByRole('menuitem', { name: item, exact: true }));
    await this.page.keyboard.press('Enter');
  }

  /** The message that says this. An older one may still be there. */
  message(said) {
    return this.messages.locator('.toast').filter({ hasText: said });
  }

  /** Takes back what a message tells of. */
  async undo(said) {
    await this.message(said).getByRole('button', { name: 'Undo' }).click();
  }

  /** Whether what is typed goes to the terminal in front: to this one, if one is named. */
  inTerminal(id) {
    return this.page.evaluate((wanted) => {
      // An xterm stands in a shadow tree.
      const inner = document.activeElement?.shadowRoot?.activeElement;
      if (inner?.className !== 'xterm-helper-textarea') return false;
      const has = document.activeElement.closest('[data-terminal]')?.dataset.terminal;
      // The focus comes a frame after its terminal.
      const front = document.querySelector('[data-row][data-front]')?.dataset.row;
      return has === (wanted ?? front ?? has);
    }, id);
  }

  /** Opens a terminal by its keys; answers its id once it has its prompt and takes what is typed. */
  async openTerminal() {
    const known = (await this.call('GET', '/v1/terminals')).map(({ id }) => id);
    await this.page.keyboard.press('Control+Shift+T');
    const { id } = await this.hostHas('another terminal', '/v1/terminals', (one) => !known.includes(one.id));
    await this.prompt(id);
    await until('the keyboard in it', () => this.inTerminal(id));
    return id;
  }

  /** Waits until a terminal of this page is at its prompt. */
  async prompt(id) {
    await this.hostHas(
      'the prompt',
      '/v1/terminals',
      (one) => one.id === id && one.state.kind === 'at_prompt',
    );
    await until('the prompt to be seen', async () => /[#$]$/.test((await this.texts())[id]));
  }

  /** Every terminal waits at its prompt, and the page knows it. */
  idle() {
    return until('prompts', async () => {
      const terminals = await this.call('GET', '/v1/terminals');
      const shown = await this.page.locator('.terminal [data-state="running"]').count();
      return shown === 0 && terminals.every((terminal) => terminal.state.kind === 'at_prompt');
    });
  }

  /** The whole text of each terminal that the page shows, scrollback included, by the terminal's id. */
  texts() {
    return this.page.evaluate(() => {
      const texts = {};
      for (const [id, terminal] of window.__terminals ?? []) {
        const buffer = terminal.buffer.active;
        let text = '';
        for (let row = 0; row < buffer.length; row += 1) {
          const line = buffer.getLine(row);
          text += (line.isWrapped ? '' : '\n') + line.translateToString(true);
        }
        texts[id] = text.trim();
      }
      return texts;
    });
  }

  /** Waits until some terminal shows this; answers its id. */
  shows(pattern) {
    return until(`a terminal that shows ${pattern}`, async () => {
      const texts = await this.texts();
      return Object.keys(texts).find((id) => pattern.test(texts[id]));
    });
  }

  /** Waits until the host's list of something fits. */
  hostHas(what, list, fits) {
    return until(what, async () => (await this.call('GET', list)).find(fits));
  }
}

/** Runs in the page before it: `__drop()` is a machine that fell asleep, `__mend()` one that woke up. */
function breakableSockets() {
  const open = new Set();
  const Real = window.WebSocket;
  let down = false;
  window.WebSocket = class extends Real {
    constructor(url, protocols) {
      super(down ? 'ws://127.0.0.1:9/' : url, protocols);
      open.add(this);
      this.addEventListener('close', () => open.delete(this));
    }
  };
  window.__drop = () => {
    down = true;
    for (const socket of open) socket.close();
  };
  window.__mend = () => {
    down = false;
  };
}

/** Runs in the page before it: a host greets as the version that the test put into the tab's storage. */
function pretendedVersion() {
  const version = sessionStorage.getItem('pretended-version');
  if (version === null) return;
  const data = Object.getOwnPropertyDescriptor(MessageEvent.prototype, 'data');
  Object.defineProperty(MessageEvent.prototype, 'data', {
    get() {
      const real = data.get.call(this);
      if (typeof real !== 'string' || !real.includes('"event":"hello"')) return real;
      return JSON.stringify({ ...JSON.parse(real), version });
    },
  });
}
