// What the page makes of folders that go and of a host that dies: it says what happened, and loses nothing it has.

import assert from 'node:assert/strict';
import { rename } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { accessible } from './accessible.mjs';
import { Stage, until } from './stage.mjs';

const HELLO = 'label: Hello\nsteps:\n  - write: "echo hello-$((1+1))\\r"\n';

let stage;

before(async () => {
  stage = await Stage.build({ project: { hello: HELLO } });
  await stage.page.getByRole('combobox', { name: 'Project' }).click();
  await stage.page.getByRole('option', { name: /^garden/ }).click();
});

after(async () => {
  await stage?.strike();
});

const heading = (name) => stage.page.getByRole('heading', { name });
const gone = () => stage.page.getByRole('alert').filter({ hasText: 'This folder is gone' });
const front = () => stage.page.getByRole('region').filter({ visible: true });
const live = () => stage.page.locator('[role="region"][data-view="live"]').filter({ visible: true });

async function bothThemes(screen) {
  for (const colorScheme of ['light', 'dark']) {
    await stage.page.emulateMedia({ colorScheme });
    await accessible(stage, `${screen}, ${colorScheme}`);
  }
}

/** The machine slept: sockets die, and once it is awake it says that it is online. */
async function sleepAndResume() {
  await stage.page.evaluate(() => window.__drop());
  await heading('The host is unreachable').waitFor();
  // Each socket tells for itself that it has dropped.
  await until('each stream to have dropped', async () => (await live().count()) === 0);
  await stage.page.evaluate(() => {
    window.__mend();
    window.dispatchEvent(new Event('online'));
  });
  await heading('The host is unreachable').waitFor({ state: 'detached' });
}

test('a folder that goes takes its actions along and says so; they come back with it', async () => {
  await stage.action('Hello').waitFor();
  await stage.openTerminal();
  await rename(stage.project, `${stage.project}2`);
  await gone().waitFor();
  await stage.action('Hello').waitFor({ state: 'detached' });
  await bothThemes('a folder that is gone');
  // It is said where the actions are folded away, too.
  const heading = stage.page.getByRole('button', { name: 'Quick actions' });
  await heading.click();
  await stage.toolbar.waitFor({ state: 'detached' });
  await gone().getByRole('button', { name: 'Forget it' }).waitFor();
  await bothThemes('a folder that is gone, folded');
  await heading.click();
  await stage.toolbar.waitFor();
  const box = stage.page.getByRole('combobox', { name: 'Project' });
  await box.click();
  await stage.page.getByRole('option', { name: /garden.*Gone/ }).waitFor();
  await stage.page.keyboard.press('Escape');
  // What is tried all the same is refused in words that a person understands.
  await stage.page.keyboard.press('Control+Shift+T');
  await stage.messages.getByText(/The folder .*garden is not there/).waitFor();
  await rename(`${stage.project}2`, stage.project);
  await stage.action('Hello').waitFor();
  await gone().waitFor({ state: 'detached' });
});

test('a folder that is gone keeps no terminal from coming back with the connection', async () => {
  await rename(stage.project, `${stage.project}2`);
  await gone().waitFor();
  await sleepAndResume();
  await live().waitFor();
  await front().click();
  await until('the keyboard', () => stage.inTerminal());
  await stage.page.keyboard.type('echo still-$((40+2))\n');
  await stage.shows(/^still-42$/m);
  await gone().waitFor();
});

test('every way on from a folder that is gone leads on', async () => {
  const box = stage.page.getByRole('combobox', { name: 'Project' });
  const listed = async () => (await stage.call('GET', '/v1/projects')).map(({ path }) => path);
  // The next window says it, too, rather than choosing another project.
  await until('the choice kept', async () => {
    const kept = await stage.call('GET', '/v1/layout');
    return kept?.state.project === stage.project;
  });
  await stage.page.reload();
  await gone().waitFor();
  await gone().getByRole('button', { name: 'No project' }).click();
  await gone().waitFor({ state: 'detached' });
  await until('no project', async () => (await box.textContent()).trim() === 'No project');
  await stage.action('Run Tests').waitFor();
  await rename(`${stage.project}2`, stage.project);
  await box.click();
  await stage.page.getByRole('option', { name: /^garden/ }).click();
  await stage.action('Hello').waitFor();
  await rename(stage.project, `${stage.project}2`);
  await gone().getByRole('button', { name: 'Open another…' }).click();
  const form = stage.dialog('Open folder');
  await form.getByLabel('Path of the folder').fill(`${stage.project}2`);
  await form.getByRole('button', { name: 'Open' }).click();
  await stage.action('Hello').waitFor();
  await box.click();
  await stage.page.getByRole('option', { name: /garden.*Gone/ }).click();
  await until('the list without it', async () => !(await listed()).includes(stage.project));
  await rename(`${stage.project}2`, stage.project);
  await gone().getByRole('button', { name: 'Forget it' }).click();
  await gone().waitFor({ state: 'detached' });
  assert.deepEqual(await listed(), []);
  await until('no project', async () => (await box.textContent()).trim() === 'No project');
});

test('a host that is killed takes nothing off the page: what ran is told, and what was shown stays to be read', async () => {
  const box = stage.page.getByRole('combobox', { name: 'Project' });
  await stage.call('POST', '/v1/projects', { path: stage.project });
  const command = await stage.blocked('gate');
  await stage.projectAction(
    'long',
    `label: Long\nsteps:\n  - write: "echo begun; ${command}\\r"\n  - wait_exit: 0\n  - write: "echo end\\r"\n`,
  );
  await box.click();
  await stage.page.getByRole('option', { name: /^garden/ }).click();
  await stage.action('Long').click();
  await stage.dialog('Trust Long?').getByRole('button', { name: 'Trust and run' }).click();
  const running = await stage.shows(/^begun$/m);
  await stage.page.getByRole('button', { name: 'Split' }).click();
  await until('two panes', async () => (await front().count()) === 2);
  await until('two that live', async () => (await live().count()) === 2);
  await until('the keyboard', async () => (await stage.inTerminal()) && !(await stage.inTerminal(running)));
  await stage.page.keyboard.type('echo kept-$((40+2))\n');
  const kept = await stage.shows(/^kept-42$/m);
  assert.notEqual(kept, running);
  const terminals = await stage.call('GET', '/v1/terminals');
  const tabs = await stage.page.getByRole('tab').count();
  process.kill((await stage.ask('host', 'status')).pid, 'SIGKILL');
  await heading('The host is unreachable').waitFor();
  await until('each stream to have dropped', async () => (await live().count()) === 0);
  // One message says it: none in every pane, and none that promises what nobody knows.
  assert.equal(await stage.page.getByText('The connection dropped.').count(), 0);
  assert.equal(await stage.page.getByText('with every terminal').count(), 0);
  await stage.startHost(stage.url.port);
  await heading('The host does not accept this page').waitFor();
  await stage.page.evaluate((hash) => (location.hash = hash), stage.url.hash);
  await stage.messages.getByText('The host was restarted').waitFor();
  await stage.messages.getByText('Interrupted: Long.').waitFor();
  for (const { codename } of terminals) await stage.messages.getByText(codename).waitFor();
  await stage.page.locator('.window[inert]').waitFor({ state: 'detached' });
  // Who typed there is there again, though nobody takes it any more.
  await until('the keyboard where it was', () => stage.inTerminal());
  assert.equal(await stage.page.getByRole('tab').count(), tabs);
  const texts = await stage.texts();
  assert.match(texts[kept], /^kept-42$/m);
  assert.match(texts[running], /^begun$/m);
  await until('both panes to say so', async () => {
    const notes = stage.page.getByText('It ended with the host.').filter({ visible: true });
    return (await notes.count()) === 2;
  });
  const long = terminals.find(({ id }) => id === running);
  await front().filter({ hasText: long.codename }).getByRole('button', { name: 'Run details' }).click();
  const details = stage.page.getByRole('complementary', { name: 'Long' });
  await details.getByText('interrupted', { exact: true }).waitFor();
  await details.getByText('the host ended while this was at work').waitFor();
  assert.match(await stage.action('Long').getAttribute('title'), /interrupted/);
  await bothThemes('a host that was killed');
  await stage.messages.getByRole('button', { name: 'Dismiss' }).first().click();
  // It all stays when the connection drops once more, and goes when it is closed.
  await sleepAndResume();
  await stage.page.locator('.window[inert]').waitFor({ state: 'detached' });
  assert.equal(await stage.page.getByRole('tab').count(), tabs);
  assert.match(await stage.action('Long').getAttribute('title'), /interrupted/);
  for (let left = tabs; left > 0; left -= 1) {
    await stage.page.getByRole('button', { name: 'Close', exact: true }).first().click();
    await until('one tab less', async () => (await stage.page.getByRole('tab').count()) === left - 1);
  }
  await stage.openTerminal();
  await stage.page.keyboard.type('echo new-$((40+2))\n');
  await stage.shows(/^new-42$/m);
});

test('a host that is stopped in order takes no more off the page than one that is killed', async () => {
  await stage.page.keyboard.type(`echo orderly-$((40+2)); cat ../gate\n`);
  const id = await stage.shows(/^orderly-42$/m);
  const [{ codename }] = await stage.call('GET', '/v1/terminals');
  const tab = stage.page.getByRole('tab');
  assert.equal(await tab.count(), 1);
  const { port } = stage.url;
  await stage.host('host', 'stop', '--yes');
  await heading('The host was stopped').waitFor();
  assert.match((await stage.texts())[id], /^orderly-42$/m);
  await stage.startHost(port);
  await stage.page.evaluate((hash) => (location.hash = hash), stage.url.hash);
  await stage.messages.getByText(`One terminal ended with it: ${codename}.`).waitFor();
  await stage.page.locator('.window[inert]').waitFor({ state: 'detached' });
  assert.equal(await tab.count(), 1);
  assert.match((await stage.texts())[id], /^orderly-42$/m);
  await front().getByText('It ended with the host.').waitFor();
  await bothThemes('a host that was stopped');
  // It goes when it is closed, and what is opened now lives at the new host.
  await front().getByRole('button', { name: 'Close', exact: true }).click();
  await until('no tab', async () => (await tab.count()) === 0);
  await stage.openTerminal();
  await stage.page.keyboard.type('echo anew-$((40+2))\n');
  await stage.shows(/^anew-42$/m);
});

test('nothing went wrong in the page meanwhile', () => {
  assert.deepEqual(stage.faults, []);
});
