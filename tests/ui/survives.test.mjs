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

async function openTerminal() {
  const before = Object.keys(await stage.texts());
  await stage.page.keyboard.press('Control+Shift+T');
  const id = await until('another terminal', async () =>
    Object.keys(await stage.texts()).find((id) => !before.includes(id)),
  );
  await until('its prompt', async () => (await stage.texts())[id] !== '');
  await until('the keyboard', () => stage.inTerminal());
  return id;
}

test('a folder that goes takes its actions along and says so; they come back with it', async () => {
  await stage.action('Hello').waitFor();
  await openTerminal();
  await rename(stage.project, `${stage.project}2`);
  await gone().waitFor();
  await stage.action('Hello').waitFor({ state: 'detached' });
  await bothThemes('a folder that is gone');
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
  await stage.page.evaluate(() => window.__drop());
  await heading('The host is unreachable').waitFor();
  await stage.page.evaluate(() => window.__mend());
  await stage.page
    .getByRole('button', { name: 'Try again now' })
    .click()
    .catch(() => {});
  await heading('The host is unreachable').waitFor({ state: 'detached' });
  await live().waitFor();
  await front().click();
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
  assert.equal((await box.textContent()).trim(), 'No project');
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
  assert.equal((await box.textContent()).trim(), 'No project');
});
