// Tabs, splits and the focus: all of it by keyboard, and by drag; and what is said to those who can't see.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible } from './accessible.mjs';
import { focused, Stage, until } from './stage.mjs';

const QUICK = 'label: Quick\nsteps:\n  - write: "echo quick\\r"\n  - wait_exit: 0\n';

let stage;

before(async () => {
  stage = await Stage.build({ user: { quick: QUICK } });
  for (let count = 0; count < 3; count += 1) await stage.openTerminal();
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

test('keys are what stands on them, whatever the layout: letters and signs by name, digits by place', async () => {
  const [first, second] = await tabs();
  const palette = stage.dialog('Command palette');
  const settings = stage.dialog('Settings');
  for (const [layout, dialog, ...keys] of [
    ['Dvorak', palette, 'KeyR', 'P', CTRL + SHIFT],
    ['Russian', palette, 'KeyP', 'З', CTRL + SHIFT],
    ['AZERTY', settings, 'KeyM', ',', CTRL],
    ['Dvorak', settings, 'KeyW', ',', CTRL],
  ]) {
    await until('the focus in the terminal', () => stage.inTerminal());
    await press(...keys);
    await dialog.waitFor().catch((error) => assert.fail(`${layout}: ${keys}: ${error.message}`));
    await stage.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  }
  // On AZERTY: the place of the digit 1, then that of Q, which is an A.
  await until('the focus in the terminal', () => stage.inTerminal());
  await press('Digit1', '&', ALT);
  await selected(first);
  await press('Digit2', 'é', ALT);
  await selected(second);
  await cat();
  // On Dvorak the place of P is an L: Ctrl+Shift+L is no command, and the place of T is a Y.
  await press('KeyP', 'L', CTRL + SHIFT);
  await press('KeyT', 'Y', CTRL + SHIFT);
  await stage.page.keyboard.type('typed-on\n');
  await stage.shows(/typed-on$/m);
  assert.equal(await palette.count(), 0);
  assert.equal((await tabs()).length, 3);
  await stage.page.keyboard.press('Control+c');
  await stage.idle();
});

test('the number of a tab that is not there is the program’s', async () => {
  await cat();
  await stage.page.keyboard.press('Alt+Digit9');
  await stage.page.keyboard.press('Enter');
  await stage.shows(/^\^\[9$/m);
  await stage.page.keyboard.press('Control+C');
  await stage.idle();
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
  await until('one above the other', async () => {
    const [above, below] = [await visible.first().boundingBox(), await visible.last().boundingBox()];
    return below.y > above.y;
  });
  await until('the focus in the terminal', () => stage.inTerminal());
  const front = () => stage.page.locator('[aria-current="true"]').getAttribute('aria-label');
  const before = await front();
  await stage.page.keyboard.press('Control+Alt+ArrowUp');
  await until('the other pane', async () => (await front()) !== before);
  await until('the focus in the terminal', () => stage.inTerminal());
  await stage.page.keyboard.press('Control+Shift+E');
  await until('three panes', async () => (await stage.page.getByRole('tablist').count()) === 3);
  await until('the focus in the terminal', () => stage.inTerminal());
  await stage.idle();
});

test('closing a terminal leaves the focus in the next one', async () => {
  await stage.page.keyboard.press('Control+Shift+W');
  await until('two panes', async () => (await stage.page.getByRole('tablist').count()) === 2);
  await until('the focus in a terminal', () => stage.inTerminal());
});

test('Ctrl+Alt and an arrow go to the pane that lies there, and a tab moves to another pane', async () => {
  const front = () => stage.page.locator('[aria-current="true"]').getAttribute('aria-label');
  const panes = (count) =>
    until(`${count} panes`, async () => (await stage.page.getByRole('tablist').count()) === count);
  const go = async (arrow) => {
    const before = await front();
    await stage.page.keyboard.press(`Control+Alt+Arrow${arrow}`);
    await until(`another pane: ${arrow}`, async () => (await front()) !== before);
    await until('the focus in the terminal', () => stage.inTerminal());
    return front();
  };
  // One pane over another; the lower one gets a neighbour at its right.
  await stage.page.keyboard.press('Control+Alt+ArrowDown');
  await until('the focus in the terminal', () => stage.inTerminal());
  const left = await front();
  await stage.page.keyboard.press('Control+Shift+D');
  await panes(3);
  await until('the new one in front', async () => (await front()) !== left && (await stage.inTerminal()));
  const right = await front();
  const above = await go('Up');
  assert.notEqual(above, left, 'above the right one is not the left one');
  await stage.page.keyboard.press('Control+Alt+ArrowRight');
  assert.equal(await go('Down'), left, 'at the right of the upper one is nothing: it was stayed in');
  assert.equal(await go('Right'), right);
  assert.equal(await go('Left'), left);
  assert.equal(await go('Right'), right);
  await command('Move tab to next pane');
  await panes(2);
  await until('it in front', async () => (await front()) === right);
  await until('the focus in the terminal', () => stage.inTerminal());
});

test('F6 goes through all areas of the window and around, Shift+F6 back', async () => {
  const at = (selector) => () =>
    stage.page.evaluate((of) => document.activeElement?.closest(of) !== null, selector);
  const actions = ['the actions', at('.actions')];
  const terminal = ['the terminal', () => stage.inTerminal()];
  const status = ['the status bar', at('footer.status')];
  const panel = ['the panel', at('aside')];
  const messages = ['the messages', at('[aria-label="Messages"]')];
  const through = async (keys, areas) => {
    for (const [name, there] of areas) {
      await stage.page.keyboard.press(keys);
      await until(`${keys}: ${name}`, there);
    }
  };
  await until('no message', async () => (await stage.messages.getByRole('button').count()) === 0);
  await until('the focus in the terminal', () => stage.inTerminal());
  await through('F6', [status, actions, terminal]);
  await through('Shift+F6', [actions, status, terminal]);
  await command('Show problems');
  await until('the focus in the panel', panel[1]);
  await command('Duplicate Quick');
  // A message stays while it is pointed at.
  await stage.message(/was made/).hover();
  await until('the focus in the panel', panel[1]);
  await through('F6', [messages, actions, terminal, status, panel]);
  await through('Shift+F6', [status, terminal, actions, messages]);
  await stage.page.keyboard.press('Tab');
  await stage.page.keyboard.press('Enter');
  await until('the actions again, after the message', actions[1]);
  await through('Shift+F6', [panel]);
  await stage.page.keyboard.press('Escape');
  await stage.page.getByRole('complementary').waitFor({ state: 'detached' });
  await until('the focus where it was before', actions[1]);
  await through('F6', [terminal]);
  await removed('my-quick');
});

test('a panel that a command opened gives the focus back to the terminal', async () => {
  await command('Show problems');
  const panel = stage.page.getByRole('complementary', { name: 'Problems' });
  await focused(panel);
  await stage.page.keyboard.press('Escape');
  await panel.waitFor({ state: 'detached' });
  await until('the focus in the terminal', () => stage.inTerminal());
});

test('the palette runs again, shows details and cancels, for the terminal in front', async () => {
  await stage.userAction(
    'slow',
    'label: Slow\nsteps:\n  - write: "sleep 100\\r"\n  - wait_for: never-comes\n',
  );
  await stage.action('Slow').waitFor();
  await command('Slow');
  const runs = async (status) =>
    (await stage.call('GET', '/v1/runs')).filter((run) => run.action === 'slow' && run.status === status)
      .length;
  await until('the run', async () => (await runs('running')) === 1);
  // The host has a run before the page does, and its terminal comes to the front after that.
  const newest = async () => {
    const all = (await stage.call('GET', '/v1/runs')).filter((run) => run.action === 'slow');
    return all.toSorted((a, b) => (a.started < b.started ? 1 : -1))[0].terminal;
  };
  await until('the focus in its terminal', async () => stage.inTerminal(await newest()));
  await command('Run details');
  const details = stage.page.getByRole('complementary', { name: 'Slow' });
  await focused(details);
  await stage.page.keyboard.press('Escape');
  await details.waitFor({ state: 'detached' });
  await command('Run again');
  await until('another run', async () => (await runs('running')) === 2);
  await until('the focus in its terminal', async () => stage.inTerminal(await newest()));
  await command('Cancel run');
  await until('its end', async () => (await runs('cancelled')) === 1);
  assert.equal(await runs('running'), 1);
  // The palette offers what the page knows to run.
  const told = stage.page.getByRole('log', { name: 'What happened' });
  await told.getByText('Slow cancelled').waitFor({ state: 'attached' });
  await command('Cancel Slow');
  await until('the other’s end', async () => (await runs('cancelled')) === 2);
  await removed('slow');
});

test('the focus stays in the window when what had it goes', async () => {
  const focused = () =>
    stage.page.evaluate(() => document.activeElement?.ariaLabel ?? document.activeElement?.tagName);
  for (const name of ['zeta', 'zulu']) {
    await stage.userAction(name, QUICK.replace('Quick', name));
    await stage.action(name).waitFor();
  }
  await stage.action('zeta').focus();
  await stage.page.keyboard.press('Shift+F10');
  await stage.chooseByKey('End', 'Delete');
  await stage.dialog('Delete zeta?').getByRole('button', { name: 'Delete' }).press('Enter');
  await stage.action('zeta').waitFor({ state: 'detached' });
  await until('the focus on the neighbour', async () => (await focused()) === 'zulu');
  const undo = stage.message('zeta was deleted').getByRole('button', { name: 'Undo' });
  // The list changes by an event, which may come before the answer that has the message.
  await undo.waitFor();
  await stage.page.keyboard.press('Shift+F6');
  await focused(undo);
  await stage.page.keyboard.press('Enter');
  await stage.action('zeta').waitFor();
  await until('the focus on the neighbour again', async () => (await focused()) === 'zulu');
  await command('Delete zeta');
  await stage.dialog('Delete zeta?').getByRole('button', { name: 'Delete' }).press('Enter');
  await stage.action('zeta').waitFor({ state: 'detached' });
  await undo.waitFor();
  await command('Undo');
  await stage.action('zeta').waitFor();
  await undo.waitFor({ state: 'detached' });
  await command('Delete zeta');
  await stage.dialog('Delete zeta?').getByRole('button', { name: 'Delete' }).press('Enter');
  await stage.action('zeta').waitFor({ state: 'detached' });
  await command('Deleted actions…');
  await stage.dialog('Deleted actions').getByRole('button', { name: 'zeta' }).press('Enter');
  const history = stage.dialog('History of zeta');
  await history.getByRole('option', { selected: true }).waitFor();
  await focused(history.getByRole('listbox'));
  await stage.page.keyboard.press('Enter');
  await history.waitFor({ state: 'detached' });
  await stage.action('zeta').waitFor();
  await until('the focus on the neighbour once more', async () => (await focused()) === 'zulu');
  for (const name of ['zeta', 'zulu']) await removed(name);
});

test('the quick actions are shown and focused by a command', async () => {
  const onAction = () => stage.action('Quick').evaluate((button) => button === document.activeElement);
  await stage.action('Quick').focus();
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
  await stage.chooseByKey('h', 'History');
  await stage.dialog('History of Quick').waitFor();
  await stage.page.keyboard.press('Escape');
  await stage.dialog('History of Quick').waitFor({ state: 'detached' });
  await focused(stage.action('Quick'));
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

test('in screen reader mode a terminal’s rows can be read, and the one with the focus says what it prints', async () => {
  const first = stage.page.getByRole('region').filter({ visible: true }).first();
  await stage.prompt(await first.getAttribute('data-terminal'));
  await first.click();
  await until('the focus in the terminal', () => stage.inTerminal());
  await stage.page.keyboard.type('clear; echo unread-$((40+2))\n');
  const id = await stage.shows(/^unread-42$/m);
  const name = (await stage.call('GET', '/v1/terminals')).find((one) => one.id === id).codename;
  assert.deepEqual(await heard(name, /-42/), { rows: [], said: [] }, 'nothing without the mode');
  await command('Screen reader mode: on');
  const rows = (text) => until(`a row with ${text}`, async () => (await heard(name, text)).rows.length > 0);
  await rows(/unread-42/);
  await until('the focus in the terminal', () => stage.inTerminal());
  assert.deepEqual((await heard(name, /unread/)).said, [], 'what was there before is not said');
  await stage.page.keyboard.type('echo read-$((40+2))\n');
  await rows(/^read-42/);
  await until('it to be said', async () => (await heard(name, /^read-42|\nread-42/)).said.length > 0);
  for (const colorScheme of ['light', 'dark']) {
    await stage.page.emulateMedia({ colorScheme });
    await accessible(stage, `a terminal in screen reader mode, ${colorScheme}`);
  }
  // One that comes back tells nothing of its past, and one without the focus nothing at all.
  await stage.page.reload();
  await rows(/^read-42/);
  assert.deepEqual((await heard(name, /42/)).said, []);
  await until('the focus in the terminal', () => stage.inTerminal());
  await stage.page.keyboard.press('F6');
  await until('the focus elsewhere', async () => !(await stage.inTerminal()));
  await stage.host('terminal', 'send', id, 'echo silent-$((40+2))', '--enter');
  await rows(/^silent-42/);
  assert.deepEqual((await heard(name, /42/)).said, []);
  await command('Screen reader mode: off');
  await until('no rows', async () => (await heard(name, /42/)).rows.length === 0);
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
  await stage.dialog('Command palette').waitFor({ state: 'detached' });
});

test('when the last terminal is closed, the focus is on what to do next', async () => {
  await stage.page.getByRole('region').filter({ visible: true }).first().click();
  for (let left = (await tabs()).length; left > 0; left -= 1) {
    await until('the focus in the terminal', () => stage.inTerminal());
    await stage.page.keyboard.press('Control+Shift+W');
    const end = stage.page.getByRole('button', { name: 'End it' });
    const gone = until('a tab less', async () => (await tabs()).length < left);
    await Promise.race([gone, end.waitFor().then(() => end.press('Enter'))]);
    await gone;
  }
  await until('the focus on a button in the middle', () =>
    stage.page.evaluate(() => document.activeElement?.closest('main button') !== null),
  );
});

test('nothing went wrong in the page meanwhile', () => {
  assert.deepEqual(stage.faults, []);
});

/** What a screen reader finds of a terminal: the rows that fit, and what live regions hold of it. */
async function heard(codename, pattern) {
  const session = await stage.context.newCDPSession(stage.page);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  await session.detach();
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const text = (node) =>
    node.role?.value === 'StaticText'
      ? node.name.value
      : (node.childIds ?? []).map((of) => text(byId.get(of))).join('');
  const found = { rows: [], said: [] };
  const visit = (node) => {
    const live = node.properties?.find(({ name }) => name === 'live')?.value.value;
    if (node.role?.value === 'listitem' && pattern.test(text(node))) found.rows.push(text(node));
    if (live && live !== 'off' && pattern.test(text(node))) found.said.push(text(node));
    for (const of of node.childIds ?? []) visit(byId.get(of));
  };
  for (const node of nodes) if (node.role?.value === 'region' && node.name?.value === codename) visit(node);
  return found;
}

const [ALT, CTRL, SHIFT] = [1, 2, 8];

/** Presses a key as a keyboard of another layout does: where it is, and what stands on it. */
async function press(code, key, modifiers) {
  const session = await stage.context.newCDPSession(stage.page);
  await session.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', code, key, modifiers });
  await session.send('Input.dispatchKeyEvent', { type: 'keyUp', code, key, modifiers });
  await session.detach();
}

/** Takes away an action that only one test needs. */
async function removed(id) {
  await stage.host('action', 'delete', id, '--user');
  await until(
    `${id} gone`,
    async () => (await stage.page.locator(`[data-action="user/${id}"]`).count()) === 0,
  );
}

/** Starts in the terminal in front a program that shows the keys it gets, once it is the one who reads them. */
async function cat() {
  await until('the focus in the terminal', () => stage.inTerminal());
  await stage.page.keyboard.type('cat -v\n');
  await stage.hostHas(
    'cat',
    '/v1/terminals',
    ({ state }) => state.kind === 'running' && state.command === 'cat -v',
  );
}

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
