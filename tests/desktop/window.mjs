// The real window, driven by WebDriver: finds things by role and name, as a person who can't see it would.
// What surrounds the window (display, home, host) is `stage.mjs`.

import { createServer } from 'node:net';
import { remote } from 'webdriverio';
import { programs, until } from './stage.mjs';

/** Opens the window (or another program) on a stage, with a session bus of its own, so that no other answers for it. */
export async function openWindow(stage, { env = stage.env, application = programs.window } = {}) {
  const [port, nativePort] = [await freePort(), await freePort()];
  const driver = stage.start('dbus-run-session', [
    '--',
    programs.driver,
    '--port',
    String(port),
    '--native-port',
    String(nativePort),
  ], { env });
  await until('tauri-driver', async () => (await fetch(`http://127.0.0.1:${port}/status`)).ok);
  const browser = await remote({
    hostname: '127.0.0.1',
    port,
    logLevel: 'error',
    waitforTimeout: 60_000,
    waitforInterval: 25,
    connectionRetryCount: 0,
    connectionRetryTimeout: 120_000,
    capabilities: {
      'wdio:enforceWebDriverClassic': true,
      'tauri:options': { application, args: [] },
    },
  });
  return new Window(stage, browser, driver);
}

export class Window {
  constructor(stage, browser, driver) {
    Object.assign(this, { stage, browser, driver });
  }

  /** The visible element with this role and this accessible name (a string, or what it must match). */
  async find(role, name, inside = null) {
    const wanted = name instanceof RegExp ? { source: name.source, flags: name.flags } : name;
    return until(`${role} "${name}"`, async () => {
      const found = await this.browser.execute(elementOf, role, wanted, inside);
      return found && this.browser.$(found);
    });
  }

  /** Whether there is no such element any more. */
  async vanishes(role, name) {
    const wanted = name instanceof RegExp ? { source: name.source, flags: name.flags } : name;
    await until(`the end of ${role} "${name}"`, async () => !(await this.browser.execute(elementOf, role, wanted, null)));
  }

  async click(role, name, inside) {
    await (await this.find(role, name, inside)).click();
  }

  /**
   * A right click. Only the press is sent: WebKitGTK's driver turns the release of the right button into a click of
   * the left one. The menu opens on the press, as everywhere on Linux.
   */
  async contextMenu(role, name) {
    // What has just come may not have been laid out, or may be replaced: a move that fails presses nothing.
    await until(`${role} "${name}" under the pointer`, async () => {
      const element = await this.find(role, name);
      await this.browser.action('pointer').move({ origin: element }).down('right').perform(true);
      return true;
    });
  }

  /** The whole text of each terminal that the page shows, scrollback included, by the terminal's id. */
  async texts() {
    return this.browser.execute(() => {
      const texts = {};
      for (const [id, terminal] of window.__terminals ?? []) {
        const buffer = terminal.buffer.active;
        const lines = [];
        for (let row = 0; row < buffer.length; row += 1) {
          const line = buffer.getLine(row);
          const text = line.translateToString(true);
          if (line.isWrapped) lines[lines.length - 1] += text;
          else lines.push(text);
        }
        texts[id] = lines.join('\n').trimEnd();
      }
      return texts;
    });
  }

  /** Waits until some terminal shows this; answers its id. */
  async shows(pattern) {
    let texts = {};
    try {
      return await until(`a terminal that shows ${pattern}`, async () => {
        texts = await this.texts();
        return Object.keys(texts).find((id) => pattern.test(texts[id]));
      });
    } catch (error) {
      error.message += `; there is ${JSON.stringify(texts)}`;
      throw error;
    }
  }

  /** Types into the terminal in view, once it is one that takes it; Enter is `\uE007`. */
  async type(text) {
    // An xterm stands in a shadow tree.
    const input = await until('a terminal to type in', () =>
      this.browser.execute(() => {
        const region = document.querySelector('[role="region"]:not([hidden]):not([data-view="ended"])');
        return window.__terminals.get(region?.dataset.terminal)?.textarea ?? null;
      }),
    );
    await (await this.browser.$(input)).addValue(text);
  }

  async screenshot(path) {
    await this.browser.saveScreenshot(path);
  }

  /** As when the machine runs out of memory: nothing gets to say goodbye. */
  async kill() {
    const ids = await this.stage.processes('ai-orchestrator-desktop');
    if (ids.length === 0) throw new Error('the window is not running');
    for (const id of ids) process.kill(id, 'SIGKILL');
    await this.driver.end();
  }

  async close() {
    await this.browser.deleteSession().catch(() => {});
    await this.driver.end();
  }
}

/** Runs in the page. Roles are attributes, or what HTML gives a button; names are labels, or the text. */
function elementOf(role, name, inside) {
  const tags = { button: 'button', textbox: 'input,textarea', heading: 'h1,h2,h3' };
  const query = [`[role="${role}"]`, tags[role]].filter(Boolean).join(',');
  const matches = (text) => (typeof name === 'string' ? text === name : new RegExp(name.source, name.flags).test(text));
  const labelled = (element) =>
    (element.getAttribute('aria-labelledby') ?? '')
      .split(/\s+/)
      .map((id) => document.getElementById(id)?.textContent ?? '')
      .join(' ');
  const nameOf = (element) =>
    (element.getAttribute('aria-label') || labelled(element).trim() || element.textContent).replace(/\s+/g, ' ').trim();
  const start = inside ? document.querySelector(inside) : document;
  const all = start ? [...start.querySelectorAll(query)] : [];
  return all.find((element) => element.getClientRects().length > 0 && matches(nameOf(element))) ?? null;
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
