// Terminals, layout and the connection in a browser, against a real host; and that every screen is accessible.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible as check } from './accessible.mjs';
import { Stage, until } from './stage.mjs';

const HELLO = String.raw`id: hello
label: Hello
steps:
  - type: write
    content: "echo hello-$((40+2))\r"
`;
const BROKEN = 'id: broken\nlabel: Broken\nsteps:\n  - type: wriet\n';
const ASK =
  'id: ask\nlabel: Ask\ninputs:\n  - { id: who, required: true }\nsteps:\n  - write: "echo {{ inputs.who }}\\r"\n';

let stage;

before(async () => {
  stage = await Stage.build({
    project: { hello: HELLO, broken: BROKEN },
    user: { ask: ASK },
  });
});

after(async () => {
  await stage?.strike();
});

test('the address loses its token, and a reload keeps it', async () => {
  assert.equal(new URL(stage.page.url()).hash, '');
  await stage.page.reload();
  await stage.toolbar.waitFor();
});

test('what is typed reaches the shell, and the shell has the size of what is seen', async () => {
  const id = await stage.openTerminal();
  const { cols, rows } = await until('the size of what is seen, here and there', async () => {
    const here = await size(id);
    const there = (await stage.call('GET', '/v1/terminals')).find((terminal) => terminal.id === id);
    const agreed = here.cols === there.cols && here.rows === there.rows;
    return agreed && (await fills(id, here.cols)) && here;
  });
  await stage.page.keyboard.type('echo typed-$((6*7)); stty size\n');
  await stage.shows(/^typed-42$/m);
  await stage.shows(new RegExp(`^${rows} ${cols}$`, 'm'));
  await stage.page.setViewportSize({ width: 1000, height: 640 });
  const smaller = await until('a smaller terminal, here and there', async () => {
    const here = await size(id);
    const there = (await stage.call('GET', '/v1/terminals')).find((terminal) => terminal.id === id);
    return here.cols < cols && here.cols === there.cols && here.rows === there.rows && here;
  });
  await stage.page.keyboard.type('stty size\n');
  await stage.shows(new RegExp(`^${smaller.rows} ${smaller.cols}$`, 'm'));
  await stage.page.setViewportSize({ width: 1280, height: 820 });
});

test('a program’s questions are answered once, with a viewer there', async () => {
  // Without `stty` the kernel shows an answer that is quicker than `read`.
  await stage.page.keyboard.type(
    String.raw`stty -echo; printf '\e[6n'; IFS= read -rs -d R x; read -rs -t 1 -n 1 y; stty echo; echo "got ${'$'}{#y}"` +
      '\n',
  );
  await stage.shows(/^got 0$/m);
});

test('a split shows two terminals, and a reload brings both back with their text', async () => {
  await stage.page.keyboard.press('Control+Shift+D');
  await until(
    'two terminals',
    async () => (await stage.page.getByRole('region').filter({ visible: true }).count()) === 2,
  );
  const right = await stage.page
    .getByRole('region')
    .filter({ visible: true })
    .last()
    .getAttribute('data-terminal');
  await stage.prompt(right);
  await until('the focus', () => stage.inTerminal(right));
  await stage.page.keyboard.type('echo right-$((1+1))\n');
  await stage.shows(/^right-2$/m);
  await until('the kept layout', async () => {
    const { state } = await stage.call('GET', '/v1/layout');
    const [, pane] = state.root.children ?? [];
    return pane?.active === right && state.focused === pane.id;
  });
  await stage.page.reload();
  await stage.shows(/^typed-42$/m);
  await stage.shows(/^right-2$/m);
  assert.equal(await stage.page.getByRole('region').filter({ visible: true }).count(), 2);
});

test('after a reload the terminal in front takes what is typed', async () => {
  await stage.page.reload();
  await until('the focus', () => stage.inTerminal());
  await stage.page.keyboard.type('echo focused-$((1+1))\n');
  const id = await stage.shows(/^focused-2$/m);
  assert.match((await stage.texts())[id], /^right-2$/m);
});

const both = async () => {
  const all = await stage.call('GET', '/v1/terminals');
  return all.map(({ id, cols, rows }) => ({ id, cols, rows }));
};

test('a window that came back finds its terminals as they were, and resizes them with itself', async () => {
  const before = await both();
  await stage.page.reload();
  await until('both live', async () => (await stage.page.locator('[data-view=live]').count()) === 2);
  assert.deepEqual(await both(), before);
  await stage.page.setViewportSize({ width: 1000, height: 640 });
  await until('fewer columns and rows, here and there', async () => {
    for (const [at, there] of (await both()).entries()) {
      const here = await size(there.id);
      if (here.cols !== there.cols || here.rows !== there.rows) return false;
      if (here.cols >= before[at].cols || here.rows >= before[at].rows) return false;
    }
    return true;
  });
  await stage.page.setViewportSize({ width: 1280, height: 820 });
  await until('what it was', async () => {
    const after = await both();
    return after.every(({ cols, rows }, at) => cols > before[at].cols - 3 && rows > before[at].rows - 3);
  });
});

test('so does one that came back and whose panes or columns are given another width', async () => {
  const line = stage.page.getByRole('separator', { name: 'Resize panes' });
  const drag = async () => {
    const { x, y, height } = await line.boundingBox();
    await stage.page.mouse.move(x, y + height / 2);
    await stage.page.mouse.down();
    await stage.page.mouse.move(x - 150, y + height / 2, { steps: 4 });
    await stage.page.mouse.up();
  };
  const arrows = async () => {
    await line.focus();
    for (let time = 0; time < 3; time += 1) await stage.page.keyboard.press('ArrowRight');
  };
  const sidebar = () => stage.page.keyboard.press('Control+Shift+B');
  for (const [what, change] of Object.entries({ drag, arrows, sidebar, 'and back': sidebar })) {
    await stage.page.reload();
    await until('both live', async () => (await stage.page.locator('[data-view=live]').count()) === 2);
    const before = await both();
    await change();
    await until(`other columns after ${what}, in the host too`, async () => {
      const after = await both();
      const changed = after.filter(({ cols }, at) => cols !== before[at].cols);
      const fits = await Promise.all(after.map((there) => fills(there.id, there.cols)));
      return changed.length > 0 && fits.every(Boolean);
    });
  }
});

test('much output arrives whole, and typing goes on after it', async () => {
  await stage.page.getByRole('region').filter({ visible: true }).last().click();
  await stage.page.keyboard.type('seq 1 200000; echo seq-is-$((1+1))\n');
  await stage.shows(/^199999\n200000\nseq-is-2$/m);
});

test('a flood of output leaves the page usable, and Ctrl-C ends it', async () => {
  await stage.page.getByRole('region').filter({ visible: true }).last().click();
  await stage.page.keyboard.type('yes\n');
  const id = await stage.shows(/^y\ny\ny$/m);
  await stage.page.keyboard.press('Control+Shift+P');
  await stage.dialog('Command palette').waitFor();
  await stage.page.keyboard.press('Escape');
  await stage.dialog('Command palette').waitFor({ state: 'detached' });
  await until('the focus', () => stage.inTerminal(id));
  await stage.page.keyboard.press('Control+c');
  await stage.idle();
  await stage.page.keyboard.type('echo calm-$((1+1))\n');
  await until('the prompt again', async () => /^calm-2$/m.test((await stage.texts())[id]));
});

test('lines pasted at a program that knows no pasting are asked about first', async () => {
  const paste = (text) =>
    stage.page.evaluate((pasted) => {
      const data = new DataTransfer();
      data.setData('text/plain', pasted);
      const event = new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true });
      document.activeElement.dispatchEvent(event);
    }, text);
  await until('the focus', () => stage.inTerminal());
  await paste('echo shell-$((1+1))\necho knows-$((1+1))');
  await until('both lines at the prompt', async () => {
    return Object.values(await stage.texts()).some((text) => /echo knows-\$\(\(1\+1\)\)$/.test(text));
  });
  await stage.page.keyboard.press('Enter');
  const id = await stage.shows(/^knows-2$/m);
  await stage.prompt(id);
  await stage.page.keyboard.type('cat\n');
  await stage.hostHas(
    'cat',
    '/v1/terminals',
    ({ state }) => state.kind === 'running' && state.command === 'cat',
  );
  await until('a program that knows no pasting', () =>
    stage.page.evaluate((of) => !window.__terminals.get(of).modes.bracketedPasteMode, id),
  );
  await paste('one\ntwo\n');
  const question = stage.dialog('Paste several lines?');
  await question.getByText('one').waitFor();
  await question.getByRole('button', { name: 'Paste' }).click();
  await stage.shows(/^two\n(one\n)?two$/m);
  await until('the focus', () => stage.inTerminal(id));
  await stage.page.keyboard.press('Control+c');
  await stage.idle();
});

test('a terminal is found, closed, and asked about when something runs', async () => {
  await stage.page.keyboard.press('Control+Shift+F');
  await stage.page.getByRole('textbox', { name: 'Find in terminal' }).fill('no-such-text');
  await stage.page.getByText('Not found').waitFor();
  await stage.page.keyboard.press('Escape');
  await stage.page.getByRole('search').waitFor({ state: 'detached' });
  await until('the focus', () => stage.inTerminal());
  await stage.page.keyboard.type('sleep 100\n');
  await stage.hostHas('the sleep', '/v1/terminals', (terminal) => terminal.state.kind === 'running');
  await stage.page.keyboard.press('Control+Shift+W');
  const question = stage.page.getByRole('dialog');
  await question.getByText(/still running/).waitFor();
  await question.getByRole('button', { name: 'End it' }).click();
  await until('one terminal', async () => (await stage.call('GET', '/v1/terminals')).length === 1);
  await until('one tab', async () => (await stage.page.getByRole('tab').count()) === 1);
});

test('every screen is accessible, light and dark', async () => {
  for (const colorScheme of ['light', 'dark']) {
    await stage.page.emulateMedia({ colorScheme });
    await accessible(`terminals, ${colorScheme}`);
    await stage.menu('Hello');
    await accessible(`menu, ${colorScheme}`);
    await stage.page.keyboard.press('Escape');
    await stage.choose('Ask', 'History');
    await stage.dialog('History of Ask').getByRole('option').first().waitFor();
    await accessible(`history, ${colorScheme}`);
    await stage.page.keyboard.press('Escape');
    await stage.action('Hello').click();
    await stage.dialog('Trust Hello?').waitFor();
    await accessible(`trust, ${colorScheme}`);
    await stage.page.keyboard.press('Escape');
    await stage.action('Ask').click();
    await stage.dialog('Ask').waitFor();
    await accessible(`inputs, ${colorScheme}`);
    await stage.page.keyboard.press('Escape');
    await stage.page.getByRole('combobox', { name: 'Project' }).click();
    await stage.page.getByRole('option', { name: /No project/ }).waitFor();
    await accessible(`project, ${colorScheme}`);
    await stage.page.keyboard.press('Escape');
    await stage.page.keyboard.press('Control+Shift+P');
    await stage.dialog('Command palette').waitFor();
    await accessible(`palette, ${colorScheme}`);
    await stage.page.keyboard.press('Escape');
    await stage.page.getByRole('button', { name: '1 problem' }).click();
    await stage.page.getByRole('complementary', { name: 'Problems' }).waitFor();
    await accessible(`problems, ${colorScheme}`);
    await stage.page.getByRole('button', { name: 'Close problems' }).click();
  }
});

test('another project has its own actions, and none has the user’s', async () => {
  const box = stage.page.getByRole('combobox', { name: 'Project' });
  await box.click();
  await stage.page.getByRole('option', { name: /No project/ }).click();
  await stage.action('Hello').waitFor({ state: 'detached' });
  await stage.action('Ask').waitFor();
  await box.click();
  await stage.page.getByRole('option', { name: 'Open folder…' }).click();
  const form = stage.dialog('Open folder');
  await form.getByLabel('Path of the folder').fill(stage.project);
  await form.getByRole('button', { name: 'Open' }).click();
  await stage.action('Hello').waitFor();
});

test('a host that dies is told plainly; one that is started anew is told from it, and its address opens', async () => {
  const { pid } = await stage.ask('host', 'status');
  process.kill(pid, 'SIGKILL');
  await stage.page.getByRole('heading', { name: 'The host is unreachable' }).waitFor();
  await stage.startHost(stage.url.port);
  await stage.page.getByRole('heading', { name: 'The host does not accept this page' }).waitFor();
  await stage.page.evaluate((hash) => (location.hash = hash), stage.url.hash);
  await stage.page.locator('.window[inert]').waitFor({ state: 'detached' });
  // What ended with it stays to be read until it is closed.
  await stage.page.getByText('It ended with the host').filter({ visible: true }).first().waitFor();
  await stage.messages.getByRole('button', { name: 'Dismiss' }).first().click();
  for (let left = await stage.page.getByRole('tab').count(); left > 0; left -= 1) {
    await stage.page.getByRole('button', { name: 'Close', exact: true }).first().click();
    await until('one tab less', async () => (await stage.page.getByRole('tab').count()) === left - 1);
  }
});

test('a connection that drops comes back by itself, with everything in its place', async () => {
  await stage.openTerminal();
  await stage.page.keyboard.type('echo before-$((1+1))\n');
  await stage.shows(/^before-2$/m);
  // The machine slept: sockets die, new ones fail for a while, then all is well again.
  await stage.page.evaluate(() => window.__drop());
  await stage.page.getByRole('heading', { name: 'The host is unreachable' }).waitFor();
  const live = stage.page.locator('[role="region"][data-view="live"]');
  await live.waitFor({ state: 'detached' });
  await stage.page.evaluate(() => window.__mend());
  // Unless the page tried by itself just then, and the button is gone.
  const again = stage.page.getByRole('button', { name: 'Try again now' });
  const back = stage.page
    .getByRole('heading', { name: 'The host is unreachable' })
    .waitFor({ state: 'detached' });
  await Promise.race([back, again.click().catch(() => back)]);
  await back;
  await live.waitFor();
  await stage.page.getByRole('region').filter({ visible: true }).click();
  await until('the focus', () => stage.inTerminal());
  await stage.page.keyboard.type('echo after-$((1+1))\n');
  const id = await stage.shows(/^after-2$/m);
  assert.match((await stage.texts())[id], /before-2/);
});

test('a tab dragged to a side of the pane splits it, and dragged back it joins again', async () => {
  const visible = () => stage.page.getByRole('region').filter({ visible: true });
  await stage.openTerminal();
  await until('two tabs', async () => (await stage.page.getByRole('tab').count()) === 2);
  assert.equal(await visible().count(), 1);
  const { width, height } = await visible().boundingBox();
  await stage.page
    .getByRole('tab')
    .last()
    .dragTo(visible(), { targetPosition: { x: width * 0.9, y: height / 2 } });
  await until('two panes', async () => (await visible().count()) === 2);
  await stage.page.getByRole('separator', { name: 'Resize panes' }).focus();
  const before = (await visible().first().boundingBox()).width;
  await stage.page.keyboard.press('ArrowRight');
  await until('a wider pane', async () => (await visible().first().boundingBox()).width > before);
  await stage.page.keyboard.press('Home');
  await until('a narrow pane', async () => (await visible().first().boundingBox()).width < before / 2);
  await stage.page.keyboard.press('Enter');
  await until('the middle', async () => {
    const [left, right] = await Promise.all([
      visible().first().boundingBox(),
      visible().last().boundingBox(),
    ]);
    return Math.abs(left.width - right.width) < 4;
  });
  await stage.page.getByRole('tab').last().dragTo(stage.page.getByRole('tab').first());
  await until('one pane', async () => (await visible().count()) === 1);
  assert.equal(await stage.page.getByRole('tab').count(), 2);
});

test('nothing went wrong in the page meanwhile', () => {
  assert.deepEqual(stage.faults, []);
});

function size(id) {
  return stage.page.evaluate((of) => {
    const { cols, rows } = window.__terminals.get(of);
    return { cols, rows };
  }, id);
}

/** Whether a terminal has so many columns, and no more would fit into its place. */
function fills(id, cols) {
  return stage.page.evaluate(
    ({ of, wanted }) => {
      const term = window.__terminals.get(of);
      const { width } = term.element.querySelector('.xterm-screen').getBoundingClientRect();
      const room = document.querySelector(`#region-${CSS.escape(of)} .viewer`).getBoundingClientRect().width;
      const free = (room - width) / (width / term.cols);
      return term.cols === wanted && free >= 0 && free < 3;
    },
    { of: id, wanted: cols },
  );
}

function accessible(screen) {
  return check(stage, screen);
}
