// Notifications of the system, shown by a real notification service: once for each call, and a click goes there.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { addProject } from './project.mjs';
import { Stage, until } from './stage.mjs';
import { openWindow } from './window.mjs';

const run = promisify(execFile);

let stage;

before(async () => {
  stage = await Stage.build();
  await stage.host('host', 'start');
  await addProject(stage, stage.project);
});

after(async () => {
  await stage?.strike();
});

test('a bell out of sight is told once, and a click on it brings its terminal to front', async (t) => {
  const window = await openWindow(stage);
  t.after(() => window.close());
  await window.click('button', /^New terminal/);
  await window.shows(/[#$]$/m);
  const [rings] = await stage.ask('terminal', 'list');
  await window.click('button', /^New terminal/);
  const front = await until('the second terminal', async () => {
    const all = await stage.ask('terminal', 'list');
    return all.find((terminal) => terminal.id !== rings.id);
  });
  await window.find('region', front.codename);
  // Nobody looks. WebDriver keeps a page focused whatever the display says, so the page is told otherwise.
  await window.browser.execute(() => void (document.hasFocus = () => false));

  const service = await notifications();
  await stage.host('terminal', 'send', rings.id, String.raw`printf '\a\a'; echo rung-$((40+2))`, '--enter');
  await until('the notification', async () => (await service('count', 'displayed')) === '1');
  await until('the second bell', async () => /rung-42/.test(await stage.host('terminal', 'screen', rings.id)));
  await service('action', '0');
  await window.find('region', rings.codename);
  // One in all: shown still, waiting, or in the past.
  const counted = (await service('count')).match(/\d+/g).map(Number);
  assert.equal(counted.reduce((sum, count) => sum + count), 1);
});

/** How the notification service of the window's session is asked; it is started by the first one who does. */
async function notifications() {
  const [id] = await stage.processes('ai-orchestrator-desktop');
  const environment = await readFile(`/proc/${id}/environ`, 'utf8');
  const [, bus] = /(?:^|\0)DBUS_SESSION_BUS_ADDRESS=([^\0]*)/.exec(environment);
  const env = { ...stage.env, DBUS_SESSION_BUS_ADDRESS: bus };
  return async (...args) => (await run('dunstctl', args, { env })).stdout.trim();
}
