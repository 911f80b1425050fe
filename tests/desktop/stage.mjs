// A stage for one journey: a display nobody sees, a home and a project of its own, and a real host that is
// ended with it. Opening the window and finding things in it is in `window.mjs`.

import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as moment } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The programs under test; `cargo xtask test` says where they are. */
export const programs = {
  host: named('AI_ORCHESTRATOR_BIN'),
  window: named('AI_ORCHESTRATOR_WINDOW'),
  driver: named('TAURI_DRIVER'),
};

function named(variable) {
  const path = process.env[variable];
  if (!path) throw new Error(`${variable} is not set; run this by \`cargo xtask test window\``);
  return path;
}

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
    if (Date.now() > end) throw new Error(`never came: ${what}${last ? ` (${last.message})` : ''}`, { cause: last });
    await moment(25);
  }
}

export class Stage {
  #endings = [];

  /** Raises the display and makes the folders. */
  static async build() {
    const stage = new Stage();
    try {
      stage.root = await mkdtemp(join(tmpdir(), 'ai-orchestrator-window-'));
      stage.home = join(stage.root, 'orchestrator');
      stage.project = join(stage.root, 'garden');
      stage.display = await stage.#raiseDisplay();
      stage.env = {
        ...process.env,
        AI_ORCHESTRATOR_HOME: stage.home,
        AI_ORCHESTRATOR_BIN: programs.host,
        DISPLAY: `:${stage.display}`,
        WAYLAND_DISPLAY: '',
        GDK_BACKEND: 'x11',
        GTK_USE_PORTAL: '0',
        NO_AT_BRIDGE: '1',
        HOME: join(stage.root, 'user'),
        SHELL: '/bin/bash',
        XDG_RUNTIME_DIR: join(stage.root, 'runtime'),
      };
      await mkdir(stage.env.HOME, { recursive: true });
      await mkdir(stage.env.XDG_RUNTIME_DIR, { mode: 0o700 });
      await mkdir(join(stage.project, '.git'), { recursive: true });
      return stage;
    } catch (error) {
      await stage.strike();
      throw error;
    }
  }

  /** Ends everything that was started, last first, and removes the folders. */
  async strike() {
    if (this.env) await this.host('host', 'stop', '--yes').catch(() => {});
    for (const end of this.#endings.reverse()) await end();
    if (this.root) await rm(this.root, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Runs the command line and answers what it printed. */
  async host(...args) {
    const { stdout } = await run(programs.host, args, { env: this.env, cwd: this.root });
    return stdout;
  }

  /** The same, read as JSON. */
  async ask(...args) {
    return JSON.parse(await this.host(...args, '--json'));
  }

  /** Writes a file below the stage's root, with the folders above it. */
  async write(path, text) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }

  /** Saves a user's action once for each text; the host keeps what was there before as versions. */
  async writeVersions(id, texts) {
    for (const [place, text] of texts.entries()) {
      await this.write(join(this.home, 'actions', `${id}.yaml`), text);
      await until(`version ${place + 1} of ${id}`, async () => {
        const versions = await this.ask('action', 'history', id);
        return versions.length > place;
      });
    }
  }

  /** Starts a program in a process group of its own, which ends with the stage. Answers the child. */
  start(program, args, options = {}) {
    const child = spawn(program, args, { env: this.env, detached: true, stdio: 'ignore', ...options });
    const gone = new Promise((resolve) => child.once('exit', resolve).once('error', resolve));
    child.end = async () => {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
      await gone;
    };
    this.#endings.push(child.end);
    return child;
  }

  /** The ids of this stage's processes whose program is called `name`. */
  async processes(name) {
    const ids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
    const ours = await Promise.all(
      ids.map(async (id) => {
        try {
          const program = await readlink(`/proc/${id}/exe`);
          const environment = await readFile(`/proc/${id}/environ`, 'utf8');
          return program.endsWith(`/${name}`) && environment.includes(`AI_ORCHESTRATOR_HOME=${this.home}\0`);
        } catch {
          return false; // It ended while we looked, or it isn't ours to look at.
        }
      }),
    );
    return ids.filter((_, place) => ours[place]).map(Number);
  }

  /** Xvfb chooses a free number itself and tells it once it is ready. */
  async #raiseDisplay() {
    this.env = undefined;
    const server = this.start('Xvfb', ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp'], {
      env: process.env,
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    return new Promise((resolve, reject) => {
      server.once('error', reject).once('exit', () => reject(new Error('Xvfb ended at once')));
      server.stdio[3].once('data', (number) => resolve(number.toString().trim()));
    });
  }
}
