// What only the real window can show: a click that reaches a shell, a version brought back, and terminals that
// are still there after the window was killed.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { addProject, trust } from './project.mjs';
import { Stage, until } from './stage.mjs';
import { openWindow } from './window.mjs';

const ENTER = '\uE007';
const GREET = (word) => String.raw`id: greet
label: Greet
steps:
  - type: write
    content: "echo ${word}\r"
`;
const HELLO = String.raw`id: hello
label: Hello
steps:
  - type: write
    content: "sleep 1; echo hello-$((40+2))\r"
  - type: wait_for
    pattern: 'hello-\d+'
    timeout: 60000
  - type: delay
    ms: 200
`;

let stage;
let greet;

before(async () => {
  stage = await Stage.build();
  greet = join(stage.home, 'actions', 'greet.yaml');
  await stage.write(join(stage.project, '.ai-orchestrator', 'actions', 'hello.yaml'), HELLO);
  await stage.host('host', 'start');
  await stage.writeVersions('greet', [GREET('older'), GREET('newer')]);
  await addProject(stage, stage.project);
});

after(async () => {
  await stage?.strike();
});

test('a click runs an action, a right click brings an older version back, and a killed window loses nothing', async (t) => {
  let window = await openWindow(stage);
  t.after(() => window.close());

  await window.click('button', /^Hello/);
  await trust(window);
  const id = await window.shows(/hello-42/);

  await window.type(`echo typed-$((6*7))${ENTER}`);
  await window.shows(/^typed-42$/m);
  await until('the host to have it too', async () => /typed-42/.test(await stage.host('terminal', 'screen', id)));

  await window.contextMenu('button', /^Greet/);
  await window.click('menuitem', 'History');
  await window.find('dialog', 'History of Greet');
  await window.find('listbox', /./, '[role="dialog"]');
  const versions = await until('both versions', async () => {
    const listed = await window.browser.$$('[role="dialog"] [role="option"]').getElements();
    return listed.length >= 2 && listed;
  });
  await versions[1].click();
  await window.click('button', 'Restore', '[role="dialog"]');
  await window.vanishes('dialog', 'History of Greet');
  await until('the older file', async () => (await readFile(greet, 'utf8')) === GREET('older'));
  const runs = await stage.ask('run', 'list');
  assert.deepEqual(runs.map((run) => run.action), ['hello'], 'looking at an action does not run it');

  await window.kill();
  window = await openWindow(stage);
  assert.equal(await window.shows(/hello-42[\s\S]*typed-42/), id);
  await window.type(`echo again-$((6*7))${ENTER}`);
  await window.shows(/^again-42$/m);
});

test('the page comes back by itself when the process that draws it dies', async (t) => {
  const window = stage.start('dbus-run-session', ['--', process.env.AI_ORCHESTRATOR_WINDOW]);
  t.after(window.end);
  const [drawing] = await until('the page', async () => {
    const found = await stage.processes('WebKitWebProcess');
    return found.length > 0 && (await clients()) > 0 && found;
  });
  process.kill(drawing, 'SIGKILL');
  await until('a page drawn by another process', async () => {
    const found = await stage.processes('WebKitWebProcess');
    return found.length > 0 && !found.includes(drawing) && (await clients()) > 0;
  });
});

async function clients() {
  return (await stage.ask('host', 'status')).clients;
}
