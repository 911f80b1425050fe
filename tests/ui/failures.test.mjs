// What the page shows when something is missing: each screen says what happened, what to do, and has a button for it.

import assert from 'node:assert/strict';
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { accessible } from './accessible.mjs';
import { Stage, until } from './stage.mjs';

const ASK =
  'id: ask\nlabel: Ask\ninputs:\n  - { id: who, required: true }\nsteps:\n  - write: "echo {{ inputs.who }}\\r"\n';

let stage;

before(async () => {
  stage = await Stage.build({ plain: true });
});

after(async () => {
  await stage?.strike();
});

const heading = (name) => stage.page.getByRole('heading', { name });

async function bothThemes(screen) {
  for (const colorScheme of ['light', 'dark']) {
    await stage.page.emulateMedia({ colorScheme });
    await accessible(stage, `${screen}, ${colorScheme}`);
  }
}

test('a project without actions, and no project, say what to do', async () => {
  await heading('garden has no actions yet').waitFor();
  await bothThemes('no actions');
  await stage.page.getByRole('button', { name: 'Create an action' }).waitFor();
  await stage.page.getByRole('combobox', { name: 'Project' }).click();
  await stage.page.getByRole('option', { name: /No project/ }).click();
  await heading('Open a folder to begin').waitFor();
  await bothThemes('no project');
  await stage.page.getByRole('button', { name: 'Open folder…' }).click();
  const form = stage.dialog('Open folder');
  await form.getByLabel('Path of the folder').fill(stage.project);
  await form.getByRole('button', { name: 'Open' }).click();
  await heading('garden has no actions yet').waitFor();
});

test('without an agent the way on is a template', async () => {
  await stage.page.getByRole('button', { name: 'Create an action' }).click();
  const question = stage.dialog('No agent is installed');
  await question.getByText(/Install it and try again/).waitFor();
  await bothThemes('no agent');
  await question.getByRole('button', { name: 'Start from a template' }).click();
  await stage
    .dialog('Open in your editor')
    .getByText(/new-action\.yaml/)
    .waitFor();
  await stage.page.keyboard.press('Escape');
  await stage.action('New Action').waitFor();
});

test('a folder that may not be read is no empty one, and comes back by itself', async () => {
  const folder = join(stage.project, '.ai-orchestrator', 'actions');
  await stage.projectAction('ask', ASK);
  await stage.action('Ask').waitFor();
  await chmod(folder, 0o000);
  await stage.restartHost();
  await heading('Actions can’t be read').waitFor();
  // The lists are there a moment before the page is.
  await stage.page.locator('.window[inert]').waitFor({ state: 'detached' });
  await bothThemes('no permission');
  await stage.page.getByRole('button', { name: 'Try again' }).click();
  await heading('Actions can’t be read').waitFor();
  // No button is needed once it may be read: the folder is watched from above.
  await chmod(folder, 0o755);
  await heading('Actions can’t be read').waitFor({ state: 'detached' });
  await stage.action('Ask').waitFor();
});

test('lists that could not be read can be asked for again', async () => {
  const refusal = { code: 'io', message: 'the disk is gone', hint: 'look at the cables' };
  await stage.page.route('**/v1/terminals', (route) => route.fulfill({ status: 500, json: refusal }));
  await stage.page.reload();
  await heading('The host’s lists could not be read').waitFor();
  await stage.page.getByText('The disk is gone. Look at the cables.').waitFor();
  await bothThemes('no lists');
  await stage.page.unroute('**/v1/terminals');
  await stage.page.getByRole('button', { name: 'Try again' }).click();
  await stage.action('Ask').waitFor();
});

test('a host of another version is said so, whichever is newer', async () => {
  for (const [version, title] of [
    ['0.0.9', 'The host is older than this window'],
    ['9.9.9', 'The host is newer than this window'],
  ]) {
    await stage.page.evaluate((is) => sessionStorage.setItem('pretended-version', is), version);
    await stage.page.reload();
    await heading(title).waitFor();
    await stage.page.getByText(version).waitFor();
    await bothThemes(`host ${version}`);
    await stage.page.getByRole('button', { name: 'Go on anyway' }).click();
    await stage.action('Ask').waitFor();
  }
  await stage.page.evaluate(() => sessionStorage.removeItem('pretended-version'));
  await stage.page.reload();
  await stage.action('Ask').waitFor();
});

test('settings that can’t be read, or name a shell that is not there, are told with what to do, and nothing is lost', async () => {
  const file = join(stage.home, 'config.yaml');
  const mine = '# mine\nshell: /does/not/exist\nfont-size: 15\n';
  const settings = stage.dialog('Settings');
  const toSettings = async () => {
    await stage.page.keyboard.press('Control+,');
    await settings.getByRole('tab', { name: 'Terminal' }).click();
  };
  await writeFile(file, mine);
  const problem = 'there is no shell /does/not/exist on this machine: there is no such file';
  await toSettings();
  await settings.getByText(`Line 2, column 8: ${problem}`).waitFor();
  await settings.getByLabel('Shell', { exact: true }).fill('zshh');
  await settings.getByLabel('Shell', { exact: true }).press('Tab');
  await settings
    .getByText(/There is no shell zshh on this machine.*Name a shell that is installed/)
    .waitFor();
  await bothThemes('a shell that is not there');
  await stage.page.keyboard.press('Escape');
  await stage.page.keyboard.press('Control+Shift+T');
  await stage.messages.getByText('No terminal was opened').waitFor();
  await stage.messages.getByText(/\/does\/not\/exist.*Line 2 of config.yaml names it/).waitFor();
  // No action is to blame: the mark stands at the settings, and none at the actions.
  assert.equal(await stage.page.getByRole('button', { name: '1 problem', exact: true }).count(), 0);
  await stage.page.getByRole('button', { name: '1 problem in the settings' }).click();
  await stage.page.getByRole('button', { name: /There is no shell \/does\/not\/exist .*2:8/ }).waitFor();
  await bothThemes('a problem of the settings');
  // What can't be read is not written over, and what held before still holds.
  await chmod(file, 0o000);
  await toSettings();
  await settings.getByText(/Line 1, column 1: can't be read/).waitFor();
  await settings.getByText(/chmod u\+r/).waitFor();
  await settings.getByRole('tab', { name: 'Appearance' }).click();
  assert.equal(await settings.getByLabel('Font size', { exact: true }).inputValue(), '15');
  await settings.getByLabel('Font size', { exact: true }).fill('17');
  await settings.getByLabel('Font size', { exact: true }).press('Tab');
  await settings.getByText(/Not changed: config\.yaml has to be mended first/).waitFor();
  await stage.page.keyboard.press('Escape');
  await chmod(file, 0o644);
  assert.equal(await readFile(file, 'utf8'), mine);
  await toSettings();
  await settings.getByText(/Line 1, column 1: can't be read/).waitFor({ state: 'detached' });
  await settings.getByRole('button', { name: 'Reset Shell' }).click();
  await until(
    'the rest of the file',
    async () => (await readFile(file, 'utf8')) === '# mine\nfont-size: 15\n',
  );
  await settings.getByRole('alert').first().waitFor({ state: 'detached' });
  await stage.page.keyboard.press('Escape');
  await stage.page.getByText('Every action file is fine.').waitFor();
  await stage.page.getByRole('button', { name: 'Close problems' }).click();
  await rm(file);
});

test('a host that hangs is said so, and nothing is lost once it goes on', async () => {
  const id = await stage.openTerminal();
  const banner = stage.page.getByRole('alert').filter({ hasText: 'The host does not answer' });
  const { pid } = await stage.ask('host', 'status');
  process.kill(pid, 'SIGSTOP');
  try {
    await banner.waitFor();
    await banner.getByText(`kill -CONT ${pid}`).waitFor();
    await bothThemes('a silent host');
    // The terminal is still the one to type into, and what is typed waits.
    assert.ok(await stage.inTerminal(id));
    await stage.page.keyboard.type('echo patient-$((40+2))\n');
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await stage.shows(/^patient-42$/m);
  await banner.waitFor({ state: 'detached' });
  assert.deepEqual(Object.keys(await stage.texts()), [id]);
  await stage.page.keyboard.type('exit\n');
  await stage.page.getByRole('button', { name: 'Close', exact: true }).click();
  await until('no terminal', async () => (await stage.page.getByRole('tab').count()) === 0);
});

test('a window that waits for the host says so from the start, and goes on by itself', async () => {
  const page = await stage.context.newPage();
  page.on('pageerror', (error) => stage.faults.push(String(error)));
  // In the place of the window's own side, which looks for the host: beside one that hangs it has no answer for long.
  await page.addInitScript(() => {
    window.__TAURI_INTERNALS__ = {
      invoke: (what) =>
        what === 'door'
          ? new Promise((answer) => (window.__answer = answer))
          : Promise.reject(new Error(`no ${what} here`)),
    };
  });
  await page.goto(stage.url.origin);
  const waiting = page.getByRole('heading', { name: 'Waiting for the host' });
  await waiting.waitFor();
  await page.getByText('kill -CONT').waitFor();
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    await accessible({ context: stage.context, page }, `waiting for the host, ${colorScheme}`);
  }
  const { origin: address, hash } = stage.url;
  const token = new URLSearchParams(hash.slice(1)).get('token');
  await page.evaluate((key) => window.__answer(key), { address, token });
  await page.getByRole('toolbar', { name: 'Quick actions' }).waitFor();
  await waiting.waitFor({ state: 'detached' });
  await page.close();
});

test('a host that was stopped stays stopped; the next one has the page back with all that was typed', async () => {
  await stage.openTerminal();
  await stage.action('Ask').click();
  await stage.dialog('Ask').getByLabel('who').fill('half a sentence');
  await stage.host('host', 'stop', '--yes');
  await heading('The host was stopped').waitFor();
  await bothThemes('stopped');
  await assert.rejects(stage.host('host', 'status'), { code: 3 });
  await stage.startHost(stage.url.port);
  await stage.page.evaluate((hash) => (location.hash = hash), stage.url.hash);
  await stage.messages.getByText('The host was restarted').waitFor();
  await stage.messages.getByText('One terminal ended with it:').waitFor();
  await heading('The host was stopped').waitFor({ state: 'detached' });
  assert.equal(await stage.dialog('Ask').getByLabel('who').inputValue(), 'half a sentence');
  await stage.dialog('Ask').getByRole('button', { name: 'Run' }).click();
  await stage.dialog('Trust Ask?').getByRole('button', { name: 'Trust and run' }).click();
  await stage.shows(/^half a sentence$/m);
});

test('a question of trust is no error, neither in the page nor in its console', () => {
  assert.deepEqual(stage.faults, []);
  const refused = stage.said.filter((line) => /40[0-9]|Content Security Policy/.test(line));
  // A host that is stopped or new refuses what it must; nothing else is refused.
  assert.deepEqual(
    refused.filter((line) => !/401|409/.test(line)),
    [],
  );
});

test('the door’s documents are a page that needs no token', async () => {
  const page = await stage.context.newPage();
  const faults = [];
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  await page.goto(new URL('/docs', stage.url.origin).href);
  await page.getByRole('heading', { name: 'The door of AI Orchestrator' }).waitFor();
  await page.getByRole('link', { name: 'actions:execute' }).click();
  await page.getByRole('heading', { name: 'actions:execute' }).waitFor();
  assert.deepEqual(
    faults.filter((line) => !/favicon/.test(line)),
    [],
  );
  await accessible({ context: stage.context, page }, 'docs');
  await page.close();
});
