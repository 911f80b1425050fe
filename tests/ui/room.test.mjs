// What shows when there is little room and much to show: narrow panes, many tabs, terminals and actions.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible } from './accessible.mjs';
import { Stage, until } from './stage.mjs';

const ACTIONS = Object.fromEntries(
  Array.from({ length: 60 }, (_, at) => [`a${at + 1}`, `label: Action a${at + 1}\nsteps:\n  - delay: 1\n`]),
);
const SLOW = 'label: Slow\nsteps:\n  - write: "sleep 100\\r"\n  - wait_exit: 0\n';

let stage;

before(async () => {
  stage = await Stage.build({ user: { ...ACTIONS, slow: SLOW } });
});

after(async () => {
  await stage?.strike();
});

const regions = () => stage.page.getByRole('region').filter({ visible: true });
const list = () => stage.page.locator('[data-row]');

test('numbers in labels count by their value', async () => {
  await stage.action('Action a1').waitFor();
  const labels = await stage.toolbar
    .getByRole('button')
    .evaluateAll((all) => all.map((one) => one.ariaLabel));
  assert.deepEqual(labels.slice(0, 3), ['Action a1', 'Action a2', 'Action a3']);
  const { actions } = await stage.call('GET', '/v1/actions');
  const [ten] = actions.filter(({ label }) => label === 'Action a10');
  assert.equal(actions[actions.indexOf(ten) - 1].label, 'Action a9');
});

test('in four narrow panes closing, cancelling and finding are whole', async () => {
  await stage.page.setViewportSize({ width: 900, height: 640 });
  await stage.page.getByRole('searchbox', { name: 'Filter actions' }).fill('slow');
  await stage.action('Slow').click();
  for (const count of [1, 2, 3, 4]) {
    await until(`${count} panes`, async () => (await regions().count()) === count);
    if (count < 4) await stage.page.keyboard.press('Control+Shift+D');
  }
  for (const region of await regions().all()) {
    const whole = (role, name) =>
      until(`all of ${name}`, () => holds(region, region.getByRole(role, { name })));
    await whole('button', 'Close terminal');
    await region.click();
    const id = await region.getAttribute('data-terminal');
    await until('the focus', () => stage.inTerminal(id));
    await stage.page.keyboard.press('Control+Shift+F');
    await region.getByRole('textbox', { name: 'Find in terminal' }).fill('x');
    await whole('textbox', 'Find in terminal');
    await whole('button', 'Close find');
    await region.getByRole('button', { name: 'Close find' }).click();
    await region.getByRole('search').waitFor({ state: 'detached' });
  }
  await until('all of Cancel run', () =>
    holds(regions().first(), regions().first().getByRole('button', { name: 'Cancel run' })),
  );
  // Codenames come at random; a long one is cut rather than what stands beside it.
  for (const region of await regions().all()) {
    await region
      .locator('.codename')
      .evaluate((name) => (name.textContent = 'incomprehensible-hippopotamus'));
    await until('all of Close terminal', () =>
      holds(region, region.getByRole('button', { name: 'Close terminal' })),
    );
  }
  await accessible(stage, 'four narrow panes');
});

test('details cover no terminal', async () => {
  for (const width of [900, 1600]) {
    await stage.page.setViewportSize({ width, height: 640 });
    if (width === 900) await regions().first().getByRole('button', { name: 'Run details' }).click();
    const aside = stage.page.getByRole('complementary', { name: 'Slow' });
    await aside.getByText('running', { exact: true }).waitFor();
    for (const region of await regions().all())
      await until(
        'room of its own',
        async () => !overlap(await aside.boundingBox(), await region.boundingBox()),
      );
  }
  await stage.page.getByRole('button', { name: 'Close slow' }).click();
});

test('details below the terminals are as high as the user wants, and stay so', async () => {
  await stage.page.setViewportSize({ width: 900, height: 640 });
  const open = () => regions().first().getByRole('button', { name: 'Run details' }).click();
  const aside = stage.page.getByRole('complementary', { name: 'Slow' });
  const height = async () => Math.round((await aside.boundingBox()).height);
  await open();
  const sash = stage.page.getByRole('separator', { name: 'Resize the details' });
  await sash.waitFor();
  const usual = await height();
  assert.equal(usual, 256);
  await sash.focus();
  await stage.page.keyboard.press('ArrowUp');
  await until('higher details', async () => (await height()) === usual + 16);
  const line = await sash.boundingBox();
  const [x, y] = [line.x + line.width / 2, line.y + line.height / 2];
  await stage.page.mouse.move(x, y);
  await stage.page.mouse.down();
  await stage.page.mouse.move(x, y + 90);
  await stage.page.mouse.up();
  await until('lower details', async () => (await height()) === usual + 16 - 90);
  await accessible(stage, 'details of another height');
  for (const region of await regions().all())
    assert.ok(!overlap(await aside.boundingBox(), await region.boundingBox()));
  await until('the host to keep it', async () => {
    const { state } = await stage.call('GET', '/v1/layout');
    return state.details === usual + 16 - 90;
  });
  await stage.page.reload();
  await open();
  await until('the same height', async () => (await height()) === usual + 16 - 90);
  // No window is so low that the terminals have no room, and in a wide one there is nothing to drag.
  await stage.page.setViewportSize({ width: 900, height: 200 });
  await until('most of the window', async () => (await height()) <= 140);
  await stage.page.setViewportSize({ width: 900, height: 640 });
  await sash.dblclick();
  await until('the usual height', async () => (await height()) === usual);
  await stage.page.setViewportSize({ width: 1600, height: 640 });
  await sash.waitFor({ state: 'hidden' });
  await stage.page.getByRole('button', { name: 'Close slow' }).click();
});

test('of many tabs the one in front is in view, and all are in a list', async () => {
  await regions().last().click();
  const pane = stage.page.locator('.pane').last();
  for (let count = 1; count < 13; count += 1) {
    await until(`${count} tabs`, async () => (await pane.getByRole('tab').count()) === count);
    await stage.page.keyboard.press('Control+Shift+T');
  }
  await until('all tabs', async () => (await pane.getByRole('tab').count()) === 13);
  const front = pane.getByRole('tab', { selected: true });
  await until('the newest in view', () => holds(pane.getByRole('tablist'), front));
  const all = pane.getByRole('button', { name: 'All tabs' });
  const menu = stage.page.getByRole('menu', { name: 'All tabs' });
  await all.focus();
  await stage.page.keyboard.press('Enter');
  await menu.waitFor();
  await stage.page.keyboard.press('Escape');
  await menu.waitFor({ state: 'detached' });
  await until('the focus back', () => all.evaluate((button) => button === document.activeElement));
  await all.click();
  await until('all of them', async () => (await menu.getByRole('menuitem').count()) === 13);
  await menu.getByRole('menuitem').nth(1).click();
  await until('the second in front', async () => {
    const chosen = await pane.getByRole('tab').evaluateAll((all) => all.map((one) => one.ariaSelected));
    return chosen.indexOf('true') === 1;
  });
  await until('it in view', () => holds(pane.getByRole('tablist'), front));
});

test('in a narrow window tabs can be read, and are scrolled to', async () => {
  await stage.page.setViewportSize({ width: 560, height: 640 });
  const pane = stage.page.locator('.pane').last();
  const tabs = () =>
    pane.getByRole('tab').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().width));
  await until('tabs to read', async () => (await tabs()).every((width) => width >= 96));
  const strip = pane.getByRole('tablist');
  assert.ok(await strip.evaluate((of) => of.scrollWidth > of.clientWidth));
  const front = pane.getByRole('tab', { selected: true });
  await until('the beginning of the one in front', async () => {
    const [outer, inner] = [await strip.boundingBox(), await front.boundingBox()];
    return Math.abs(inner.x - outer.x) <= 1;
  });
  await accessible(stage, 'a narrow window');
  await stage.page.setViewportSize({ width: 1600, height: 640 });
});

test('actions and terminals share the column, as the user divides it, and the next page knows', async () => {
  await stage.page.getByRole('searchbox', { name: 'Filter actions' }).fill('');
  const sections = async () => {
    const actions = await stage.page.locator('.actions').boundingBox();
    const terminals = await stage.page.locator('.terminals').boundingBox();
    return [actions.height, terminals.height];
  };
  const terminals = await until('room for both', async () => {
    const [actions, there] = await sections();
    return actions > 200 && there > 200 && there;
  });
  await until('all of them', async () => (await list().count()) === 16);
  // What is typed into the filter moves nothing.
  const before = await sections();
  const filter = stage.page.getByRole('searchbox', { name: 'Filter actions' });
  await filter.fill('zzzz');
  await stage.page.getByText('No action matches “zzzz”.').waitFor();
  assert.deepEqual(await sections(), before);
  await filter.fill('');
  await stage.action('Action a1').waitFor();
  assert.deepEqual(await sections(), before);
  const front = stage.page.locator('[data-row][data-front]');
  await until('the one in front', () => holds(stage.page.locator('.terminals .list'), front));

  const sash = stage.page.getByRole('separator', { name: 'Resize the list of terminals' });
  await sash.focus();
  for (let step = 0; step < 3; step += 1) await stage.page.keyboard.press('ArrowUp');
  await until('longer terminals', async () => (await sections())[1] > terminals + 40);
  const wider = stage.page.getByRole('separator', { name: 'Resize the sidebar' });
  await wider.focus();
  const width = () => wider.evaluate((line) => line.closest('nav').offsetWidth);
  for (const [key, wide] of Object.entries({ Home: 200, End: 480, Enter: 256, ArrowRight: 272 })) {
    await stage.page.keyboard.press(key);
    await until(`${wide} pixels after ${key}`, async () => (await width()) === wide);
  }
  await stage.page.getByRole('button', { name: 'Terminals', exact: true }).click();
  await list().first().waitFor({ state: 'detached' });
  await until('the host to keep it', async () => {
    const { state } = await stage.call('GET', '/v1/layout');
    return state.column?.folded.includes('terminals');
  });
  await stage.page.reload();
  await stage.toolbar.waitFor();
  await stage.page.getByRole('button', { name: 'Terminals', exact: true, expanded: false }).click();
  await list().first().waitFor();
  await until('the same share', async () => (await sections())[1] > terminals + 40);
  const nav = stage.page.getByRole('navigation', { name: 'Project, actions and terminals' });
  assert.equal((await nav.boundingBox()).width, 272);
  assert.deepEqual(stage.faults, []);
});

/** Whether something lies wholly within something else, as it is drawn. */
async function holds(outer, inner) {
  const [a, b] = [await outer.boundingBox(), await inner.boundingBox()];
  if (!a || !b) return false;
  const pixel = 1;
  return (
    b.x >= a.x - pixel &&
    b.y >= a.y - pixel &&
    b.x + b.width <= a.x + a.width + pixel &&
    b.y + b.height <= a.y + a.height + pixel
  );
}

function overlap(a, b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
