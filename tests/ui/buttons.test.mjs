// What a quick action's button shows and does beside running: groups, marks, shortcuts, reuse, cancelling.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { focused, Stage, until } from './stage.mjs';

const echo = (id, label, word, more = '') =>
  `id: ${id}\nlabel: ${label}\n${more}steps:\n  - write: "echo ${word}-$((40+2))\\r"\n  - wait_exit: 0\n`;
const SLOW = String.raw`label: Slow
steps:
  - write: "sleep 100\r"
  - wait_for: 'never-comes'
    timeout: 10m
  - delay: 10
  - delay: 10
`;

let stage;

before(async () => {
  stage = await Stage.build({
    project: { both: echo('both', 'Both', 'theirs') },
    user: {
      both: echo('both', 'Both', 'mine'),
      fresh: echo('fresh', 'Fresh', 'fresh', 'terminal: new\n'),
      'run-tests': echo('run-tests', 'Run Tests', 'edited'),
      plain: echo('plain', 'Plain', 'plain'),
      slow: SLOW,
    },
  });
  await stage.action('Plain').waitFor();
});

after(async () => {
  await stage?.strike();
});

test('the notice that an edited default was replaced leaves its words room beside two buttons', async () => {
  const notice = stage.messages.getByText(/^Your changes to the default action run-tests were replaced/);
  await stage.messages.getByRole('button', { name: 'Keep mine as a new action' }).waitFor();
  const { width, height } = await notice.boundingBox();
  assert.ok(width > 280 && height < 60, `${width} by ${height}`);
  await stage.messages.getByRole('button', { name: 'Dismiss' }).click();
  await notice.waitFor({ state: 'detached' });
});

test('buttons are grouped: the project’s, one’s own, the defaults', async () => {
  const headings = await stage.toolbar.getByRole('heading').allTextContents();
  assert.deepEqual(
    headings.map((heading) => heading.trim()),
    ['Project', 'Yours', 'Defaults'],
  );
  const names = await stage.toolbar.getByRole('button').evaluateAll((all) => all.map((one) => one.ariaLabel));
  assert.deepEqual(names.slice(0, 4), ['Both', 'Fresh', 'Plain', 'Slow']);
  assert.equal(names.filter((name) => name === 'Both').length, 1, 'the hidden one has no button');
});

test('marks say that an action is not trusted and overrides one’s own, in words too', async () => {
  assert.match(await description('Both'), /overrides yours; not trusted yet/);
  assert.equal(await row('Both').locator('.marks svg').count(), 2);
  assert.equal(await description('Plain'), '');
});

test('the menu runs mine instead of the project’s', async () => {
  await stage.choose('Both', 'Run mine');
  await stage.prompt(await stage.shows(/^mine-42$/m));
});

test('a shortcut runs the action it belongs to, from inside a terminal too', async () => {
  const place = await stage.action('Plain').getAttribute('aria-keyshortcuts');
  assert.equal(place, 'Control+Shift+3');
  await focusTerminal();
  await stage.page.keyboard.press('Control+Shift+Digit3');
  await stage.shows(/^plain-42$/m);
  await until('the mark', async () => (await description('Plain')) === 'succeeded');
});

test('a finished run’s terminal is used again until somebody types in it', async () => {
  const tabs = () => stage.page.getByRole('tab').count();
  const before = await tabs();
  await stage.idle();
  await stage.action('Plain').click();
  await twice(/^plain-42$/gm);
  assert.equal(await tabs(), before, 'used again');
  await stage.idle();
  await focusTerminal();
  await stage.page.keyboard.type('#');
  await stage.page.keyboard.press('Backspace');
  await stage.action('Plain').click();
  await until('another tab', async () => (await tabs()) === before + 1);
});

test('`terminal: new` opens one each time', async () => {
  const before = await stage.page.getByRole('tab').count();
  for (const more of [1, 2]) {
    await stage.action('Fresh').click();
    await until('another tab', async () => (await stage.page.getByRole('tab').count()) === before + more);
    await until('its end', async () => (await description('Fresh')) === 'succeeded');
    await stage.idle();
  }
});

test('a run tells its step, its wait and its time on the button and in the tab, and is cancelled there', async () => {
  await stage.action('Slow').click();
  await until('the step', async () => /running, step 2 of 4/.test(await description('Slow')));
  const told = /step 2 of 4, waiting for never-comes \(at most 10 min\), for \d+ s/;
  await until('the time', async () => told.test(await stage.action('Slow').getAttribute('title')));
  const tab = stage.page.getByRole('tab', { selected: true });
  await until('the time in the tab', async () => told.test(await tab.getAttribute('title')));
  await until('the step in the tab', async () => /2\/4/.test(await tab.textContent()));
  await row('Slow').hover();
  await row('Slow').locator('.stop').click();
  await until('the end', async () => /cancelled/.test(await description('Slow')));
});

test('after a cancel the toast stops the command as well', async () => {
  await stopCommand();
});

test('the palette cancels, too', async () => {
  await stage.action('Slow').click();
  await until('the run', async () => /running, step 2/.test(await description('Slow')));
  await stage.page.keyboard.press('Control+Shift+P');
  const palette = stage.dialog('Command palette');
  await palette.getByRole('combobox').fill('cancel slow');
  await palette.getByRole('option', { name: /Cancel Slow/ }).click();
  await until('the end', async () => /cancelled/.test(await description('Slow')));
  await stopCommand();
});

test('Alt-click and a click on a broken action open the file, at the place of the problem', async () => {
  await stage.action('Plain').click({ modifiers: ['Alt'] });
  const where = stage.dialog('Open in your editor');
  await where.getByText(stage.userPath('plain'), { exact: true }).waitFor();
  await where.getByRole('button', { name: 'Close' }).last().click();
  await stage.userAction('torn', 'label: Torn\nsteps:\n  - wriet: "x"\n');
  await stage.toolbar.getByRole('button', { name: /^torn$/i }).click();
  await where.getByText(`${stage.userPath('torn')}:3:5`, { exact: true }).waitFor();
  await where.getByRole('button', { name: 'Close' }).last().click();
  await stage.page.getByRole('button', { name: 'Close problems' }).click();
});

test('a double click on a version restores it', async () => {
  const first = await readFile(stage.userPath('plain'), 'utf8');
  await stage.userAction('plain', first.replace('Plain', 'Plainer'));
  await stage.action('Plainer').waitFor();
  await stage.choose('Plainer', 'History');
  const history = stage.dialog('History of Plainer');
  await history.getByRole('option').nth(1).dblclick();
  await history.waitFor({ state: 'detached' });
  await stage.action('Plain').waitFor();
  assert.equal(await readFile(stage.userPath('plain'), 'utf8'), first);
  await stage.undo('Plainer was restored');
  await stage.action('Plainer').waitFor();
});

test('a save is on its button at once', async () => {
  const text = await readFile(stage.userPath('fresh'), 'utf8');
  await stage.page.evaluate(() => {
    window.__saw = new Promise((resolve) => {
      const look = () => document.querySelector('[aria-label="Freshest"]') && resolve(Date.now());
      new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true });
    });
  });
  await stage.userAction('fresh', text.replace('Fresh', 'Freshest'));
  const saved = Date.now();
  const took = (await stage.page.evaluate(() => window.__saw)) - saved;
  console.log(`# a save was on its button after ${took} ms`);
});

test('there is a button for every action, however many', async () => {
  await Promise.all(
    Array.from({ length: 90 }, (_, at) =>
      stage.userAction(`many-${at}`, echo(`many-${at}`, `Many ${at}`, 'many')),
    ),
  );
  await until(
    'all of them',
    async () => (await stage.toolbar.getByRole('button', { name: /^Many/ }).count()) === 90,
  );
});

test('from the filter, Arrow Down goes to the list and Enter runs the first hit', async () => {
  const filter = stage.page.getByRole('searchbox', { name: 'Filter actions' });
  await filter.fill('many 77');
  await stage.action('Many 1').waitFor({ state: 'detached' });
  await filter.press('ArrowDown');
  await focused(stage.action('Many 77'));
  await filter.press('Enter');
  await stage.hostHas('the run', '/v1/runs', (run) => run.action === 'many-77');
});

test('nothing went wrong in the page meanwhile', () => {
  assert.deepEqual(stage.faults, []);
});

function row(label) {
  return stage.toolbar.locator('.row', { has: stage.page.getByRole('button', { name: label, exact: true }) });
}

function description(label) {
  return stage.action(label).evaluate((button) => {
    return document.getElementById(button.getAttribute('aria-describedby') ?? '')?.textContent ?? '';
  });
}

/** Stops by the message what a cancelled run left alone. */
async function stopCommand() {
  const stop = stage.messages.getByRole('button', { name: 'Stop command' });
  // A message stays while it is pointed at, and the shell begins a command when it likes.
  await stop.hover();
  await stage.hostHas(
    'what was left alone',
    '/v1/terminals',
    (one) => one.state.kind === 'running' && /sleep 100/.test(one.state.command),
  );
  await stop.click();
  await stage.idle();
}

function twice(pattern) {
  return until(`${pattern} twice`, async () => {
    return Object.values(await stage.texts()).some((text) => (text.match(pattern) ?? []).length === 2);
  });
}

function focusTerminal() {
  return stage.page.getByRole('region').filter({ visible: true }).locator('.xterm-helper-textarea').focus();
}
