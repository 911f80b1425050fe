// What is where it was after the connection, the page or the project's folder went: the focus, sizes, the choice.

import assert from 'node:assert/strict';
import { rename } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { accessible } from './accessible.mjs';
import { Stage, until } from './stage.mjs';

const HELLO = 'label: Hello\nsteps:\n  - write: "echo hello-$((1+1)); pwd\\r"\n';
const SLOW = 'label: Slow\nsteps:\n  - write: "sleep 100\\r"\n  - wait_exit: 0\n';

let stage;

before(async () => {
  stage = await Stage.build({ user: { hello: HELLO, slow: SLOW } });
});

after(async () => {
  await stage?.strike();
});

const gone = () => stage.page.getByRole('alert').filter({ hasText: 'This folder is gone' });
const live = () => stage.page.locator('[role="region"][data-view="live"]').filter({ visible: true });
const has = (element) => element.evaluate((one) => one === document.activeElement);

async function drop() {
  await stage.page.evaluate(() => window.__drop());
  await stage.page.getByRole('heading', { name: 'The host is unreachable' }).waitFor();
}

async function mend() {
  await stage.page.evaluate(() => {
    window.__mend();
    window.dispatchEvent(new Event('online'));
  });
  await stage.page.locator('.window[inert]').waitFor({ state: 'detached' });
}

test('who typed goes on typing when the connection is back, and is on the way on meanwhile', async () => {
  await stage.page.keyboard.press('Control+Shift+T');
  await until('the keyboard', () => stage.inTerminal());
  await live().waitFor();
  for (const turn of [1, 2]) {
    await drop();
    const again = stage.page.getByRole('button', { name: 'Try again now' });
    await until('the focus on the screen', () => has(again));
    await mend();
    await until('the keyboard again', () => stage.inTerminal());
    // At once: it does not matter whether the terminal is already there.
    await stage.page.keyboard.type(`echo back-${turn}-$((40+2))\n`);
    await stage.shows(new RegExp(`^back-${turn}-42$`, 'm'));
  }
  await stage.action('Hello').focus();
  await drop();
  await mend();
  await until('the button again', () => has(stage.action('Hello')));
});

test('a dialog keeps what is typed into it while the connection is away', async () => {
  await stage.page.keyboard.press('Control+Shift+P');
  const box = stage.dialog('Command palette').getByRole('combobox');
  await box.fill('hel');
  await drop();
  await mend();
  assert.equal(await box.inputValue(), 'hel');
  assert.ok(await has(box));
  await stage.page.keyboard.press('Escape');
  await stage.dialog('Command palette').waitFor({ state: 'detached' });
});

test('a run that is cancelled from its line leaves the focus in its terminal', async () => {
  await stage.action('Slow').click();
  const cancel = stage.page.getByRole('button', { name: 'Cancel run' });
  await cancel.focus();
  await stage.page.keyboard.press('Enter');
  await cancel.waitFor({ state: 'detached' });
  await until('the keyboard', () => stage.inTerminal());
  await stage.page.keyboard.press('Control+c');
});

const sizes = async () =>
  (await stage.call('GET', '/v1/terminals')).map(({ id, cols, rows }) => ({ id, cols, rows }));

/** The sizes as a page draws them, of the terminals that it shows. */
const drawn = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('[role="region"][data-view="live"]')]
      .filter((one) => one.getClientRects().length > 0)
      .map(({ dataset }) => {
        const { cols, rows } = window.__terminals.get(dataset.terminal);
        return { id: dataset.terminal, cols, rows };
      }),
  );

test('the only page that shows a terminal gives it its size, without a key; a second one takes nobody’s', async () => {
  const [shown] = await drawn(stage.page);
  const of = async () => (await sizes()).find(({ id }) => id === shown.id);
  await stage.page.close();
  const small = (stage.page = await stage.context.newPage());
  await small.setViewportSize({ width: 900, height: 600 });
  await small.goto(stage.url.href);
  await until('fewer columns and rows', async () => {
    const { cols, rows } = await of();
    return cols < shown.cols && rows < shown.rows;
  });
  await until(
    'them drawn',
    async () => String(Object.values((await drawn(small))[0])) === String(Object.values(await of())),
  );
  const before = await of();

  const large = await stage.context.newPage();
  await large.setViewportSize({ width: 1500, height: 900 });
  await large.goto(stage.url.href);
  await large.locator('[role="region"][data-view="live"]').waitFor();
  // A question and its answer: what the page said before was heard before that.
  await large.evaluate(() => document.fonts.ready);
  await stage.host('terminal', 'screen', shown.id);
  assert.deepEqual(await of(), before);
  // The last one that is left has it.
  await small.close();
  stage.page = large;
  await until('more columns and rows', async () => {
    const { cols, rows } = await of();
    return cols > before.cols && rows > before.rows;
  });
});

test('a folder without actions of its own is missed too, and leaves those of the user', async () => {
  await stage.action('Hello').waitFor();
  await rename(stage.project, `${stage.project}2`);
  await gone().waitFor();
  await accessible(stage, 'a folder that is gone, beside actions');
  // Nobody chose it by hand; it is what the next page begins with all the same.
  await stage.page.reload();
  await gone().waitFor();
  await stage.action('Hello').click();
  await stage.shows(new RegExp(`^hello-2\n${stage.env.HOME}$`, 'm'));
  await rename(`${stage.project}2`, stage.project);
  await gone().waitFor({ state: 'detached' });
  await rename(stage.project, `${stage.project}2`);
  await gone().waitFor();
  await gone().getByRole('button', { name: 'Forget it' }).focus();
  await stage.page.keyboard.press('Enter');
  await gone().waitFor({ state: 'detached' });
  await until('the focus in the toolbar', () =>
    stage.page.evaluate(() => document.activeElement?.closest('[role="toolbar"]') !== null),
  );
});

test('nothing went wrong in the page meanwhile', () => {
  assert.deepEqual(stage.faults, []);
});
