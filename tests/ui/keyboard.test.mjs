// Tabs, splits and the focus: all of it by keyboard, and by drag; and what is said to those who can't see.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Stage, until } from './stage.mjs';

const QUICK = 'label: Quick\nsteps:\n  - write: "echo quick\\r"\n  - wait_exit: 0\n';

let stage;

before(async () => {
  stage = await Stage.build({ user: { quick: QUICK } });
  for (const count of [1, 2, 3]) {
    await stage.page.keyboard.press('Control+Shift+T');
    await until('a tab', async () => (await tabs()).length === count);
  }
});

after(async () => {
  await stage?.strike();
});

test('tabs are gone through, chosen by number and moved by keys', async () => {
  const [first, second, third] = await tabs();
  await stage.page.keyboard.press('Control+Tab');
  await selected(first);
  await stage.page.keyboard.press('Control+Shift+Tab');
  await selected(third);
  await stage.page.keyboard.press('Alt+Digit2');
  await selected(second);
  await stage.page.keyboard.press('Control+Shift+PageUp');
  await until('the new order', async () => String(await tabs()) === String([second, first, third]));
  await stage.page.keyboard.press('Control+Shift+PageDown');
  await until('the old order', async () => String(await tabs()) === String([first, second, third]));
  await until('the focus in the terminal', () => stage.inTerminal());
});

test('the number of a tab that is not there is the program’s', async () => {
  await stage.page.keyboard.type('cat -v');
  await stage.page.keyboard.press('Enter');
  await until('the focus in the terminal', () => stage.inTerminal());
  await stage.page.keyboard.press('Alt+Digit9');
  await stage.page.keyboard.press('Enter');
  await stage.shows(/^\^\[9$/m);
  await stage.page.keyboard.press('Control+C');
});

test('a tab is dragged to another place among the tabs', async () => {
  const [first, second, third] = await tabs();
  const last = await stage.page.getByRole('tab').last().boundingBox();
  await stage.page
    .getByRole('tab')
    .first()
    .dragTo(stage.page.getByRole('tab').last(), { targetPosition: { x: last.width * 0.8, y: 10 } });
  await until('the new order', async () => String(await tabs()) === String([second, third, first]));
});

test('the palette splits a tab off below, and arrows go from pane to pane', async () => {
  await command('Move tab into a split below');
  await until('two panes', async () => (await stage.page.getByRole('tablist').count()) === 2);
  const visible = stage.page.getByRole('region').filter({ visible: true });
  const [above, below] = [await visible.first().boundingBox(), await visible.last().boundingBox()];
  assert.ok(below.y > above.y, 'one above the other');
  const front = () => stage.page.locator('[aria-current="true"]').getAttribute('aria-label');
  const before = await front();
  await stage.page.keyboard.press('Control+Alt+ArrowUp');
  await until('the other pane', async () => (await front()) !== before);
  assert.ok(await stage.inTerminal());
  await stage.page.keyboard.press('Control+Shift+E');
  await until('three panes', async () => (await stage.page.getByRole('tablist').count()) === 3);
});

test('closing a terminal leaves the focus in the next one', async () => {
  await stage.page.keyboard.press('Control+Shift+W');
  await until('two panes', async () => (await stage.page.getByRole('tablist').count()) === 2);
  await until('the focus in a terminal', () => stage.inTerminal());
});

test('F6 leads out of the terminal to the actions, and back', async () => {
  const onAction = () => stage.action('Quick').evaluate((button) => button === document.activeElement);
  for (const [out, back] of [
    ['F6', 'Shift+F6'],
    ['Shift+F6', 'F6'],
  ]) {
    await stage.page.keyboard.press(out);
    await until(`${out} to the action`, onAction);
    await stage.page.keyboard.press(back);
    await until(`${back} to the terminal`, () => stage.inTerminal());
  }
  await stage.page.keyboard.press('Control+Shift+B');
  await stage.action('Quick').waitFor({ state: 'detached' });
  await command('Focus the quick actions');
  await until('the sidebar and its action', onAction);
});

test('the palette has what an action’s menu has', async () => {
  await stage.page.keyboard.press('Control+Shift+P');
  const palette = stage.dialog('Command palette');
  await palette.getByRole('option', { name: /^Quick/ }).waitFor();
  assert.equal(
    await palette.getByRole('option', { name: 'Edit Quick' }).count(),
    0,
    'not before one looks for it',
  );
  await palette.getByRole('combobox').fill('quick');
  for (const what of ['Edit Quick', 'Duplicate Quick', 'History of Quick', 'Delete Quick'])
    await palette.getByRole('option', { name: what }).waitFor();
  assert.match(await palette.getByRole('option').first().innerText(), /^Quick/);
  await stage.page.keyboard.press('Escape');
  await palette.waitFor({ state: 'detached' });
  await command('History of Quick');
  await stage.dialog('History of Quick').waitFor();
  await stage.page.keyboard.press('Escape');
  await stage.dialog('History of Quick').waitFor({ state: 'detached' });
});

test('a dialog that the menu opened gives the focus back to the button', async () => {
  await stage.action('Quick').focus();
  await stage.page.keyboard.press('Shift+F10');
  await stage.page.getByRole('menuitem', { name: 'History' }).waitFor();
  await stage.page.keyboard.press('h');
  await stage.page.keyboard.press('Enter');
  await stage.dialog('History of Quick').waitFor();
  await stage.page.keyboard.press('Escape');
  await stage.dialog('History of Quick').waitFor({ state: 'detached' });
  await until('the focus on the button', () =>
    stage.action('Quick').evaluate((button) => button === document.activeElement),
  );
});

test('the palette gives the focus back to the terminal', async () => {
  await stage.page.getByRole('region').filter({ visible: true }).first().click();
  await stage.page.keyboard.press('Control+Shift+P');
  await stage.dialog('Command palette').waitFor();
  await stage.page.keyboard.press('Escape');
  await stage.dialog('Command palette').waitFor({ state: 'detached' });
  await until('the focus in a terminal', () => stage.inTerminal());
});

test('Tab goes from the project to the actions to the terminals, one stop each', async () => {
  const order = [];
  await stage.page.getByRole('combobox', { name: 'Project' }).focus();
  for (let stop = 0; stop < 7; stop += 1) {
    order.push(
      await stage.page.evaluate(
        () => document.activeElement.ariaLabel ?? document.activeElement.textContent.trim(),
      ),
    );
    await stage.page.keyboard.press('Tab');
  }
  const sections = ['Quick actions', 'Create action', 'Quick', 'Resize the list of terminals', 'Terminals'];
  assert.deepEqual(order, ['Project', ...sections, 'New terminal']);
});

test('what a run does is said, what a terminal prints is not', async () => {
  const log = stage.page.getByRole('log', { name: 'What happened' });
  await stage.page.evaluate(() => {
    window.__said = [];
    const regions = [...document.querySelectorAll('[aria-live],[role="status"],[role="log"],[role="alert"]')];
    for (const region of regions) {
      new MutationObserver(() => window.__said.push(region.textContent)).observe(region, {
        subtree: true,
        childList: true,
        characterData: true,
      });
    }
  });
  await stage.action('Quick').click();
  await log.getByText('Quick succeeded').waitFor({ state: 'attached' });
  const said = await stage.page.evaluate(() => window.__said);
  assert.ok(said.includes('Quick started'), String(said));
  assert.ok(!said.some((text) => text.includes('quick')), 'nothing that was printed');
});

test('with reduced motion nothing moves', async () => {
  await stage.page.emulateMedia({ reducedMotion: 'reduce' });
  await stage.page.keyboard.press('Control+Shift+P');
  await stage.dialog('Command palette').waitFor();
  const moving = await stage.page.evaluate(
    () =>
      document.getAnimations().filter((one) => Number(one.effect.getComputedTiming().activeDuration) > 0)
        .length,
  );
  assert.equal(moving, 0);
  await stage.page.keyboard.press('Escape');
});

test('nothing went wrong in the page meanwhile', () => {
  assert.deepEqual(stage.faults, []);
});

function tabs() {
  return stage.page.getByRole('tab').evaluateAll((all) => all.map((tab) => tab.id));
}

function selected(id) {
  return stage.page.locator(`#${id}[aria-selected="true"]`).waitFor();
}

async function command(label) {
  await stage.page.keyboard.press('Control+Shift+P');
  const palette = stage.dialog('Command palette');
  await palette.getByRole('combobox').fill(label);
  await palette.getByRole('option', { name: label }).first().click();
  await palette.waitFor({ state: 'detached' });
}
