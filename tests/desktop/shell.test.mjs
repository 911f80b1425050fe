// What surrounds the page: a host that is stopped or killed, a home that can't be used, the window's place, leaving.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { addProject } from './project.mjs';
import { Stage, until } from './stage.mjs';
import { openWindow } from './window.mjs';

const ENTER = '\uE007';

let stage;

before(async () => {
  stage = await Stage.build();
  await stage.host('host', 'start');
  await addProject(stage, stage.project);
});

after(async () => {
  await stage?.strike();
});

test('a host that was stopped is started by a button and by nothing else; one that was killed comes back by itself', async (t) => {
  const window = await openWindow(stage);
  t.after(() => window.close());
  await window.click('button', /^New terminal/);
  await window.type(`echo here-$((6*7))${ENTER}`);
  await window.shows(/^here-42$/m);

  await stage.host('host', 'stop', '--yes');
  await window.find('heading', 'The host was stopped');
  await attempts(window, 3);
  await assert.rejects(stage.host('host', 'status'), { code: 3 });
  await window.click('button', 'Start the host');
  await window.find('toolbar', 'Quick actions');
  await window.vanishes('heading', 'The host was stopped');
  const restarted = () => text(window, '[role="status"]').then((said) => /The host was restarted.*One terminal ended/s.test(said));
  await until('the toast', restarted);
  await window.click('button', 'Dismiss');
  await until('no toast', async () => !(await restarted()));

  await window.click('button', /^New terminal/);
  await window.type(`echo there-$((6*7))${ENTER}`);
  await window.shows(/^there-42$/m);
  const { pid } = await stage.ask('host', 'status');
  process.kill(pid, 'SIGKILL');
  await until('the toast', restarted);
  assert.notEqual((await stage.ask('host', 'status')).pid, pid);
  // Who typed is where they were; an xterm stands in a shadow tree.
  await until('the keyboard where it was', () =>
    window.browser.execute(() => document.activeElement?.shadowRoot?.activeElement?.className === 'xterm-helper-textarea'),
  );
});

test('quitting asks what becomes of the terminals; the window is where it was, and so is the layout', async (t) => {
  let window = await openWindow(stage);
  t.after(() => window.close());
  await window.click('button', /^New terminal/);
  await window.shows(/[#$]$/m);
  await window.click('button', 'Split');
  await until('two panes', async () => (await panes(window)) === 2);
  await window.browser.setWindowSize(1010, 710);
  const size = await until('the new size', async () => {
    const inner = await innerSize(window);
    return inner.width <= 1010 && inner.height <= 710 && inner;
  });
  const living = (await stage.ask('terminal', 'list')).length;

  await quit(window);
  await window.find('dialog', 'Quit AI Orchestrator?');
  await leave(window, 'Keep running');
  await until('the end of the window', async () => (await stage.processes('ai-orchestrator-desktop')).length === 0);
  await window.close();
  assert.equal((await stage.ask('terminal', 'list')).length, living);

  window = await openWindow(stage);
  await until('the panes again', async () => (await panes(window)) === 2);
  await until('its size again', async () => String(Object.values(await innerSize(window))) === String(Object.values(size)));

  await quit(window);
  await leave(window, 'End them');
  await until('the end of the window', async () => (await stage.processes('ai-orchestrator-desktop')).length === 0);
  await until('the end of the host', () => stage.host('host', 'status').then(() => false, ({ code }) => code === 3));
});

test('closing the window leaves everything running, says so once, and asks again after a no', async (t) => {
  await stage.host('host', 'start');
  await addProject(stage, stage.project);
  let window = await openWindow(stage);
  t.after(() => window.close());
  await window.click('button', /^New terminal/);
  await window.shows(/[#$]$/m);
  // Who changes their mind is asked anew the next time, however often.
  for (let turn = 0; turn < 2; turn += 1) {
    await askToClose();
    await window.find('dialog', 'Your terminals keep running');
    await window.click('button', 'Cancel', '[role="dialog"]');
    await window.vanishes('dialog', 'Your terminals keep running');
  }
  await askToClose();
  await window.find('dialog', 'Your terminals keep running');
  await leave(window, 'Close window');
  await until('the end of the window', async () => (await stage.processes('ai-orchestrator-desktop')).length === 0);
  assert.equal((await stage.ask('host', 'status')).terminals, 1);
  await window.close();

  window = await openWindow(stage);
  await window.shows(/[#$]$/m);
  await askToClose();
  await until('the end of the window', async () => (await stage.processes('ai-orchestrator-desktop')).length === 0);
});

test('a window that is killed comes back as large, with terminals that fill it', async (t) => {
  let window = await openWindow(stage);
  t.after(() => window.close());
  await window.find('toolbar', 'Quick actions');
  await window.click('button', 'New terminal');
  await window.shows(/[#$]$/m);
  await window.browser.setWindowSize(1180, 760);
  const { width } = await until('the new size', async () => {
    const inner = await innerSize(window);
    return inner.width > 1100 && inner.width <= 1180 && inner;
  });
  await until('it kept', async () => (await kept(stage)).some((file) => JSON.parse(file).main?.width === width));
  await window.kill();

  window = await openWindow(stage);
  await window.find('toolbar', 'Quick actions');
  await until('its size again', async () => (await innerSize(window)).width === width);
  await until('what the host has', async () => {
    const terminals = await stage.ask('terminal', 'list');
    const drawn = await window.browser.execute(() =>
      [...window.__terminals].map(([id, { cols, rows }]) => ({ id, cols, rows })),
    );
    return drawn.length > 0 && drawn.every(({ id, cols, rows }) =>
      terminals.some((one) => one.id === id && one.cols === cols && one.rows === rows),
    );
  });
});

test('a home that can’t be used is a screen, not a window that never opens', async (t) => {
  // Nobody, not even root, makes a folder there.
  const window = await openWindow(stage, { env: { ...stage.env, AI_ORCHESTRATOR_HOME: '/proc/nowhere' } });
  t.after(() => window.close());
  await window.find('heading', 'Your folder can’t be used');
  await window.find('button', 'Try again now');
  assert.match(await text(window, '[role="alert"]'), /\/proc\/nowhere.*AI_ORCHESTRATOR_HOME/s);
});

/** What a window manager sends when the cross is clicked; there is none on this display. */
function askToClose() {
  const script = fileURLToPath(new URL('close_window.py', import.meta.url));
  return promisify(execFile)('python3', [script, `:${stage.display}`]);
}

/** Waits until the page looked for a host so many times; none of these looks may start one. */
async function attempts(window, count) {
  await window.browser.execute(() => {
    // The page asks its window for the host by a request of the `ipc` scheme.
    const real = window.fetch;
    window.__looks = 0;
    window.fetch = (...of) => {
      if (/^ipc:.*\/door$/.test(String(of[0]))) window.__looks += 1;
      return real(...of);
    };
  });
  await until(`${count} looks`, () => window.browser.execute((of) => window.__looks >= of, count));
}

/** Quits as a person would who has no tray. */
async function quit(window) {
  await window.find('toolbar', 'Quick actions');
  await window.browser.execute(() => document.activeElement?.blur());
  await window.browser.keys(['Control', 'k']);
  await window.find('dialog', 'Command palette');
  await (await window.browser.$('[role="dialog"] input')).addValue('Quit');
  await window.click('option', /^Quit/);
}

/** Presses a button that ends the program, perhaps before the driver has its answer. */
async function leave(window, name) {
  await window.click('button', name, '[role="dialog"]').catch(() => {});
}

function panes(window) {
  return window.browser.execute(
    () => [...document.querySelectorAll('[role="region"]')].filter((one) => one.getClientRects().length > 0).length,
  );
}

/** What the desktop keeps of windows, as the files' texts. */
async function kept({ env }) {
  const folder = join(env.XDG_CONFIG_HOME ?? join(env.HOME, '.config'), 'dev.ai-orchestrator.desktop');
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith('window-'));
  return Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
}

function innerSize(window) {
  return window.browser.execute(() => ({ width: innerWidth, height: innerHeight }));
}

function text(window, selector) {
  return window.browser.execute((of) => document.querySelector(of)?.textContent ?? '', selector);
}
