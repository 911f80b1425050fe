// Settings in a browser, against a real host: changed in the dialog, in a text editor and in another window.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { accessible } from './accessible.mjs';
import { focused, Stage, until } from './stage.mjs';

let stage;
let file;

before(async () => {
  stage = await Stage.build({});
  file = join(stage.home, 'config.yaml');
});

after(async () => {
  await stage?.strike();
});

const open = async () => {
  await stage.page.keyboard.press('Control+,');
  await stage.dialog('Settings').waitFor();
};
const page = (name) => stage.dialog('Settings').getByRole('tab', { name }).click();
const holds = (text) =>
  until(`${text} in config.yaml`, async () => (await readFile(file, 'utf8')).includes(text));
const option = (name) => stage.page.evaluate((of) => [...window.__terminals.values()][0]?.options[of], name);
const theme = () => stage.page.evaluate(() => document.documentElement.dataset.theme);

test('the dialog changes what is on screen and in the file, and leaves the user’s own lines alone', async () => {
  await writeFile(file, '# my settings\nfont-size: 14 # for my eyes\n');
  await stage.openTerminal();
  await until('the file’s size', async () => (await option('fontSize')) === 14);
  await open();
  const dialog = stage.dialog('Settings');
  await dialog.getByLabel('Font size', { exact: true }).fill('17');
  await dialog.getByLabel('Font size', { exact: true }).press('Tab');
  await until('the new size', async () => (await option('fontSize')) === 17);
  await dialog.getByLabel('Theme', { exact: true }).selectOption('dark');
  await until('the dark theme', async () => (await theme()) === 'dark');
  await dialog.getByLabel('Cursor', { exact: true }).selectOption('bar');
  // In the file settings stand in the order in which the host came to know of them.
  await until('the cursor', async () => (await option('cursorStyle')) === 'bar');
  await dialog.getByLabel('Line height', { exact: true }).fill('1.2');
  await dialog.getByLabel('Line height', { exact: true }).press('Tab');
  await until('the line height', async () => (await option('lineHeight')) === 1.2);
  await holds('# my settings\nfont-size: 17 # for my eyes\ntheme: dark\ncursor: bar\nline-height: 1.2\n');
  await dialog.getByRole('button', { name: 'Reset Theme' }).click();
  await until('the usual theme', async () => (await theme()) === undefined);
  await page('Notifications');
  await dialog.getByLabel('A run has failed', { exact: true }).uncheck();
  await holds('notify-failed: false');
  await page('Terminal');
  await dialog.getByLabel('Shell', { exact: true }).fill('sh');
  await dialog.getByLabel('Shell', { exact: true }).press('Enter');
  await holds('shell: sh');
  await until(
    'the host to go by it',
    async () => (await stage.call('GET', '/v1/config')).settings.shell === 'sh',
  );
  await dialog.getByRole('button', { name: 'Done' }).click();
  await stage.page.keyboard.press('Control+Shift+T');
  await stage.hostHas('a terminal with that shell', '/v1/terminals', (terminal) => terminal.task === 'sh');
});

test('a value that can’t be is said so, and the one before holds', async () => {
  await open();
  await stage.dialog('Settings').getByLabel('Font size', { exact: true }).fill('99');
  await stage.dialog('Settings').getByLabel('Font size', { exact: true }).press('Tab');
  await stage
    .dialog('Settings')
    .getByText(/must be a whole number from 8 to 32/)
    .waitFor();
  assert.equal(await option('fontSize'), 17);
  const size = stage.dialog('Settings').getByLabel('Font size', { exact: true });
  assert.equal(await size.getAttribute('aria-invalid'), 'true');
  const told = await size.evaluate((field) =>
    field
      .getAttribute('aria-describedby')
      .split(' ')
      .map((id) => document.getElementById(id).textContent)
      .join(' '),
  );
  assert.match(told, /must be a whole number from 8 to 32/);
  await accessible(stage, 'a refused setting');
  // Nothing in the field is what is usual, and shown as that.
  await size.fill('');
  await size.press('Tab');
  await until('the usual size', async () => (await size.inputValue()) === '13');
  await until('nothing wrong', async () => (await size.getAttribute('aria-invalid')) === 'false');
  await stage.page.keyboard.press('Escape');
});

test('a font that is not installed is doubted', async () => {
  await open();
  const font = stage.dialog('Settings').getByLabel('Font', { exact: true });
  const doubt = stage.dialog('Settings').getByText(/No font of this name is installed here/);
  await font.fill('No Such Font At All');
  await font.press('Tab');
  await doubt.waitFor();
  await accessible(stage, 'a font that is not there');
  await font.fill('monospace');
  await font.press('Tab');
  await doubt.waitFor({ state: 'detached' });
  await font.fill('');
  await font.press('Tab');
  await until('no font', async () => !(await readFile(file, 'utf8')).includes('font-family'));
  await stage.page.keyboard.press('Escape');
});

test('while the file is broken each field shows what holds, and the fault is told once', async () => {
  await writeFile(file, 'theme: "light\n');
  await open();
  const dialog = stage.dialog('Settings');
  await dialog.getByText(/^Line 1, column/).waitFor();
  const before = await dialog.getByLabel('Theme', { exact: true }).inputValue();
  await dialog.getByLabel('Theme', { exact: true }).selectOption('dark');
  await dialog.getByText(/^Not changed: config\.yaml has to be mended first\.$/).waitFor();
  assert.equal(await dialog.getByLabel('Theme', { exact: true }).inputValue(), before);
  assert.equal(await dialog.getByText(/^Line 1, column/).count(), 1);
  await stage.page.keyboard.press('Escape');
  await writeFile(file, 'font-size: 17\n');
  await until('the mended file', async () => (await option('fontSize')) === 17);
});

test('what an editor saves holds at once, a broken file keeps what was, and its place is shown', async () => {
  await writeFile(file, 'font-size: 20\n');
  await until('the editor’s size', async () => (await option('fontSize')) === 20);
  await writeFile(file, 'font-size: huge\ntheme: dark\n');
  await until('the theme', async () => (await theme()) === 'dark');
  assert.equal(await option('fontSize'), 20);
  await open();
  await stage
    .dialog('Settings')
    .getByText(/Line 1, column 12: font-size must be a whole number/)
    .waitFor();
  await accessible(stage, 'settings with a problem');
  await stage.page.keyboard.press('Escape');
  await writeFile(file, 'font-size: 13\n');
  await until('the mended file', async () => (await option('fontSize')) === 13);
});

test('keys are pressed to choose them; what they did before is said, and can be taken away', async () => {
  await open();
  await page('Keyboard');
  const dialog = stage.dialog('Settings');
  await dialog.getByRole('button', { name: /^Find in terminal/ }).click();
  await stage.page.keyboard.press('Control+Shift+T');
  await dialog.getByText('Ctrl+Shift+T is “New terminal”.').waitFor();
  await accessible(stage, 'a conflict of keys');
  await dialog.getByRole('button', { name: 'Use it here' }).click();
  await holds('shortcuts:\n  find: Ctrl+Shift+T\n  new-terminal: none\n');
  await dialog.getByRole('button', { name: 'New terminal: No keys' }).click();
  await stage.page.keyboard.press('F4');
  await dialog.getByRole('button', { name: 'New terminal: F4' }).waitFor();
  await dialog.getByRole('button', { name: 'Done' }).click();
  const tabs = await stage.page.getByRole('tab').count();
  await stage.page.getByRole('region').filter({ visible: true }).last().click();
  await stage.page.keyboard.press('F4');
  await until('another terminal', async () => (await stage.page.getByRole('tab').count()) === tabs + 1);
  await until('the focus in it', () => stage.inTerminal());
  await stage.page.keyboard.press('Control+Shift+T');
  const find = stage.page.getByRole('textbox', { name: 'Find in terminal' });
  await focused(find);
  await stage.page.keyboard.press('Escape');
  await find.waitFor({ state: 'detached' });
  await open();
  await page('Keyboard');
  await dialog.getByRole('button', { name: 'Reset keys of Find in terminal' }).click();
  await dialog.getByRole('button', { name: 'Reset keys of New terminal' }).click();
  await until('no shortcuts', async () => !(await readFile(file, 'utf8')).includes('shortcuts'));
  await stage.page.keyboard.press('Escape');
});

test('keys that programs have a use for are taken only after a warning, and those of tabs and actions can be', async () => {
  await open();
  await page('Keyboard');
  const dialog = stage.dialog('Settings');
  await dialog.getByRole('button', { name: 'Go to tab 1: Alt+1' }).waitFor();
  await dialog.getByRole('button', { name: 'Open folder…: No keys' }).click();
  await stage.page.keyboard.press('Control+R');
  await dialog.getByText(/programs in terminals have a use for Ctrl\+R/).waitFor();
  await accessible(stage, 'keys that programs need');
  await dialog.getByRole('button', { name: 'Leave it' }).click();
  await dialog.getByRole('button', { name: 'Open folder…: No keys' }).click();
  await stage.page.keyboard.press('Control+R');
  await dialog.getByRole('button', { name: 'Use it here' }).click();
  await dialog.getByText('Programs in terminals don’t get Ctrl+R.').waitFor();
  await dialog.getByRole('button', { name: 'Run action 2: Ctrl+Shift+2' }).click();
  await stage.page.keyboard.press('Alt+Digit1');
  await dialog.getByText('Alt+1 is “Go to tab 1”.').waitFor();
  await dialog.getByRole('button', { name: 'Use it here' }).click();
  await dialog.getByRole('button', { name: 'Run action 2: Alt+1' }).waitFor();
  await holds('shortcuts:\n  open-folder: Ctrl+R\n  action-2: Alt+1\n  tab-1: none\n');
  // By hand one can write what the dialog would ask about; what has the keys then is said.
  await writeFile(file, 'shortcuts:\n  sidebar: Ctrl+Shift+T\n  find: Ctrl+Shift+T\n');
  await dialog.getByText(/Line 2, column 12: sidebar and find have the same keys/).waitFor();
  await dialog.getByText('Ctrl+Shift+T is “Find in terminal”.').first().waitFor();
  assert.equal(await dialog.getByText('Ctrl+Shift+T is “Find in terminal”.').count(), 2);
  await accessible(stage, 'lost keys');
  await writeFile(file, 'font-size: 13\n');
  await dialog.getByText('Ctrl+Shift+T is “Find in terminal”.').first().waitFor({ state: 'detached' });
  await stage.page.keyboard.press('Escape');
});

test('another window has the settings, the layout and the project of this one', async () => {
  await stage.page.getByRole('combobox', { name: 'Project' }).click();
  await stage.page.getByRole('option', { name: /No project/ }).click();
  await stage.page.keyboard.press('Control+Shift+D');
  await until('two panes', () => panes(stage.page, 2));
  await stage.idle();
  await until('the kept layout', async () => {
    const kept = await stage.call('GET', '/v1/layout');
    return kept?.state.root.kind === 'split' && kept.state.project === null;
  });
  // Nothing but the host is shared by two browsers.
  const other = await stage.browser.newContext({ viewport: { width: 1280, height: 820 } });
  other.setDefaultTimeout(60_000);
  const page = await other.newPage();
  await page.goto(stage.url.href);
  await until('two panes there', () => panes(page, 2));
  const tabs = (of) => of.getByRole('tab').allTextContents();
  await until('the same tabs', async () => String(await tabs(page)) === String(await tabs(stage.page)));
  assert.match(await page.getByRole('combobox', { name: 'Project' }).textContent(), /No project/);
  await stage.host('config', 'set', 'theme', 'light');
  for (const one of [stage.page, page]) {
    await until('the light theme', () =>
      one.evaluate(() => document.documentElement.dataset.theme === 'light'),
    );
  }
  await stage.host('config', 'reset', 'theme');
  await other.close();
});

test('a program that asks for the background is told the colour that is seen', async () => {
  for (const [colours, background] of [
    ['light', '#ffffff'],
    ['dark', '#0f1013'],
  ]) {
    await stage.host('config', 'set', 'theme', colours);
    await until(`the host to know of ${background}`, async () => {
      const remembered = JSON.parse(await readFile(join(stage.home, 'ui.json'), 'utf8'));
      return remembered.colours?.background === background;
    });
    const { id } = await stage.call('POST', '/v1/terminals', {});
    await stage.page.getByRole('button', { name: await codename(id), exact: true }).click();
    await stage.prompt(id);
    await until('the focus in it', () => stage.inTerminal(id));
    // Without echo from before the question on: the kernel may have the answer before `read` is there.
    const ask = String.raw`stty -echo; printf '\e]11;?\e\\'; IFS= read -rd '\' told; stty echo; echo "${'${told#*]}'}"`;
    await stage.page.keyboard.type(ask + '\n');
    const part = background.slice(1).replace(/../g, '$&$&').match(/.{4}/g).join('/');
    await until(`the answer ${part}`, async () => (await stage.texts())[id].includes(`11;rgb:${part}`));
  }
  await stage.host('config', 'reset', 'theme');
});

test('a browser is asked for notifications by a click', async () => {
  await open();
  await page('Notifications');
  const dialog = stage.dialog('Settings');
  await dialog.getByText(/has not been asked yet/).waitFor();
  await stage.context.grantPermissions(['notifications']);
  await dialog.getByRole('button', { name: 'Allow…' }).click();
  await dialog.getByText(/has not been asked yet/).waitFor({ state: 'detached' });
  assert.equal(await stage.page.evaluate(() => Notification.permission), 'granted');
  await stage.context.clearPermissions();
  await stage.page.keyboard.press('Escape');
});

test('each page of the settings is accessible, light and dark', async () => {
  for (const colorScheme of ['light', 'dark']) {
    await stage.page.emulateMedia({ colorScheme });
    await open();
    for (const name of ['Appearance', 'Terminal', 'Notifications', 'Keyboard']) {
      await page(name);
      await accessible(stage, `settings, ${name}, ${colorScheme}`);
    }
    await stage.page.keyboard.press('Escape');
  }
});

test('nothing went wrong in the page meanwhile', () => {
  assert.deepEqual(stage.faults, []);
});

async function panes(of, count) {
  return (await of.getByRole('region').filter({ visible: true }).count()) === count;
}

async function codename(id) {
  const all = await stage.call('GET', '/v1/terminals');
  return all.find((terminal) => terminal.id === id).codename;
}
