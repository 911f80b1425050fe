// What a terminal in the page can do beside printing: prompts, commands, finding, copying, pictures, bells.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible } from './accessible.mjs';
import { Stage, until } from './stage.mjs';

let stage;
let id;

before(async () => {
  stage = await Stage.build({
    page: { permissions: ['clipboard-read', 'clipboard-write', 'notifications'] },
  });
  id = await stage.openTerminal();
});

after(async () => {
  await stage?.strike();
});

test('a command has a mark with its outcome in words, and its time when it took long', async () => {
  await stage.page.keyboard.type('echo quick-$((1+1))\n');
  await stage.page.getByRole('img', { name: /^succeeded after .*: echo quick/ }).waitFor();
  await stage.page.keyboard.type(`${await stage.blocked('seen')}; sleep 1.1; false\n`);
  await stage.page.getByRole('img', { name: /^running: cat / }).waitFor();
  await stage.unblock('seen');
  const failed = stage.page.getByRole('img', {
    name: /^failed with 1 after \d+\.\d s: .*; sleep 1\.1; false$/,
  });
  await failed.waitFor();
  // On a slow machine the commands before it took long, too.
  await stage.page
    .locator('.gutter .took', { hasText: /^\d+\.\d s$/ })
    .last()
    .waitFor();
  await until('a mark that covers no text', async () => {
    const mark = await failed.boundingBox();
    const screen = await stage.page.locator('.xterm-screen').boundingBox();
    return mark.x + mark.width <= screen.x + 1;
  });
});

test('keys jump from prompt to prompt, and typing comes back to the newest', async () => {
  await stage.page.keyboard.type('seq 1 200\n');
  await stage.shows(/^200$/m);
  await stage.prompt(id);
  await stage.page.getByRole('img', { name: /seq 1 200/ }).waitFor({ state: 'detached' });
  await stage.page.keyboard.press('Control+Shift+ArrowUp');
  await until('seq’s prompt on top', async () => /seq 1 200$/.test(await topRow()));
  await stage.page.keyboard.press('Control+Shift+ArrowUp');
  await until(
    'the one before',
    async () => (await marked()) !== null && /sleep 1\.1/.test(await markedRow()),
  );
  await stage.page.keyboard.press('Control+Shift+ArrowDown');
  await until('seq’s prompt again', async () => /seq 1 200$/.test(await topRow()));
  await stage.page.keyboard.type('#');
  await until('the bottom', async () => await atBottom());
  await stage.page.keyboard.press('Backspace');
});

test('the palette copies what the last command printed', async () => {
  await stage.page.keyboard.type(String.raw`printf '  one\n\ntwo \n'` + '\n');
  await stage.page.getByRole('img', { name: /^succeeded.*printf/ }).waitFor();
  await command('Copy the last command’s output');
  await stage.messages.getByText('The output was copied').waitFor();
  assert.equal(await clipboard(), '  one\n\ntwo ');
});

test('copy takes the selection as it is, and paste types it', async () => {
  await stage.page.evaluate((of) => {
    const term = window.__terminals.get(of);
    const buffer = term.buffer.active;
    for (let row = buffer.length - 1; row >= 0; row -= 1) {
      if (buffer.getLine(row).translateToString(true) === 'two ') return term.select(0, row, 4);
    }
    throw new Error('no such row');
  }, id);
  await focus();
  await until('the focus in the terminal', () => stage.inTerminal(id));
  await stage.page.keyboard.press('Control+Shift+C');
  await until('the clipboard', async () => (await clipboard()) === 'two ');
  await stage.page.evaluate(() => navigator.clipboard.writeText('echo pasted-$((2+2))'));
  await stage.page.keyboard.press('Control+Shift+V');
  await until('the text at the prompt', async () =>
    /echo pasted-\$\(\(2\+2\)\)$/.test((await stage.texts())[id]),
  );
  await stage.page.keyboard.press('Enter');
  await stage.shows(/^pasted-4$/m);
});

test('a paste can’t end itself and run what follows', async () => {
  await stage.page.evaluate(() =>
    navigator.clipboard.writeText('echo one\x1b[201~\recho ran-$((3+3))\r\x1b[200~# the end'),
  );
  await stage.page.keyboard.press('Control+Shift+V');
  await until('the whole text', async () => /# the end$/.test((await stage.texts())[id]));
  assert.doesNotMatch((await stage.texts())[id], /^ran-6$/m);
  await stage.page.keyboard.press('Enter');
  await stage.shows(/^ran-6$/m);
});

test('a program may write the clipboard, and learns nothing when it asks', async () => {
  await stage.page.keyboard.type(String.raw`printf '\e]52;c;%s\a' "$(printf from-program | base64)"` + '\n');
  await until('the clipboard', async () => (await clipboard()) === 'from-program');
  await stage.page.keyboard.type(
    String.raw`printf '\e]52;c;?\a'; IFS= read -rs -t 1 -n 1 answer; echo "got ${'$'}{#answer}"` + '\n',
  );
  await stage.shows(/^got 0$/m);
});

test('the find bar counts, goes round, minds the case and knows patterns', async () => {
  await stage.page.keyboard.type('clear; printf "Apple apple apples\\nAPPLE\\n"\n');
  await stage.shows(/^APPLE$/m);
  await until('an empty selection', () =>
    stage.page.evaluate((of) => window.__terminals.get(of).clearSelection() === undefined, id),
  );
  await stage.page.keyboard.press('Control+Shift+F');
  const box = stage.page.getByRole('textbox', { name: 'Find in terminal' });
  const bar = stage.page.getByRole('search');
  await box.fill('apple');
  const of = async () => Number(/of (\d+)/.exec(await bar.textContent())?.[1] ?? 0);
  const all = await until('the count', of);
  assert.ok(all >= 4, `${all} found`);
  const at = async () => Number(/(\d+) of/.exec(await bar.textContent())?.[1]);
  const first = await at();
  await box.press('Enter');
  await until('another match', async () => (await at()) !== first);
  await bar.getByRole('button', { name: 'Match case' }).click();
  await until('fewer', async () => (await of()) < all && (await of()) > 0);
  await bar.getByRole('button', { name: 'Match case' }).click();
  await bar.getByRole('button', { name: 'Regular expression' }).click();
  await box.fill('apple\\b.');
  await until('both that something follows', async () => (await of()) === 2);
  await box.fill('(');
  await bar.getByText('Not a pattern').waitFor();
  await box.fill('no-such-text');
  await bar.getByText('Not found').waitFor();
  await box.press('Escape');
  await bar.waitFor({ state: 'detached' });
  await until('the focus in the terminal', () => stage.inTerminal(id));
});

test('finding begins at the newest match in view, goes up, and hides nothing of what it found', async () => {
  await stage.page.keyboard.type('clear; seq -f "stone %g." 300\n');
  await stage.shows(/^stone 300\.$/m);
  const scroll = (line) =>
    stage.page.evaluate(([of, at]) => window.__terminals.get(of).scrollToLine(at), [id, line]);
  /** The text that is selected, and where on the page it is. */
  const found = () =>
    stage.page.evaluate((of) => {
      const term = window.__terminals.get(of);
      const at = term.getSelectionPosition();
      if (!at) return null;
      const screen = term.element.querySelector('.xterm-screen').getBoundingClientRect();
      const [width, height] = [screen.width / term.cols, screen.height / term.rows];
      const row = at.start.y - term.buffer.active.viewportY;
      return {
        text: term.getSelection(),
        row,
        rows: term.rows,
        line: term.buffer.active.getLine(at.start.y).translateToString(true),
        box: { x: screen.x + at.start.x * width, y: screen.y + row * height, width, height },
      };
    }, id);
  const at = (line) => until(`"${line}"`, async () => (await found())?.line === line);
  const box = stage.page.getByRole('textbox', { name: 'Find in terminal' });
  const bar = stage.page.getByRole('search');

  await stage.page.keyboard.press('Control+Shift+F');
  await box.fill('stone');
  await at('stone 300.');
  await box.press('Enter');
  await at('stone 299.');
  await bar.getByRole('button', { name: 'Previous match' }).click();
  await at('stone 298.');
  await box.press('Shift+Enter');
  await at('stone 299.');
  // More letters stay where they fit and else go on upwards.
  await box.fill('stone 27');
  await at('stone 279.');
  await box.press('Escape');
  await bar.waitFor({ state: 'detached' });

  // Whoever has scrolled up looks for what is there.
  await stage.page.evaluate((of) => window.__terminals.get(of).clearSelection(), id);
  await scroll(100);
  await stage.page.keyboard.press('Control+Shift+F');
  await box.fill('stone');
  await until('the last row in view', async () => {
    const { row, rows } = (await found()) ?? {};
    return row === rows - 1;
  });
  await box.press('Escape');
  await bar.waitFor({ state: 'detached' });
  await stage.page.evaluate((of) => window.__terminals.get(of).clearSelection(), id);

  // The only match there is stands where the bar does.
  await stage.page.keyboard.type('clear; printf "%*s\\n" $((COLUMNS - 4)) "under"bar\n');
  await stage.shows(/^underbar$/m);
  await stage.page.keyboard.press('Control+Shift+F');
  await box.fill('underbar');
  await bar.getByText('1 of 1').waitFor();
  await until('the match in sight', async () => {
    const [{ text, row, box: cell }, own] = [await found(), await bar.boundingBox()];
    const apart = cell.y + cell.height <= own.y || own.y + own.height <= cell.y;
    return text === 'underbar' && row === 0 && apart;
  });
  await accessible(stage, 'find, below');
  await box.press('Escape');
  await bar.waitFor({ state: 'detached' });
  assert.ok(await stage.inTerminal());
});

test('a picture is drawn, by what was fetched only now', async () => {
  const fetched = () =>
    stage.page.evaluate(() =>
      performance.getEntriesByType('resource').some((one) => /addon-image/.test(one.name)),
    );
  assert.equal(await fetched(), false);
  await stage.page.keyboard.type(
    String.raw`printf '\ePq#0;2;100;0;0#0!40~-!40~\e\\\n'; echo drawn-$((1+1))` + '\n',
  );
  await stage.shows(/^drawn-2$/m);
  await until('the browser to tell so', fetched);
  await until('red pixels', () =>
    stage.page.evaluate((of) => {
      const canvas = window.__terminals.get(of).element.querySelector('canvas.xterm-image-layer');
      if (!canvas) return false;
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      for (let at = 0; at < data.length; at += 4) if (data[at] > 200 && data[at + 1] < 50) return true;
      return false;
    }, id),
  );
});

test('a link opens on Ctrl-click, and only then', async () => {
  await stage.page.evaluate(() => {
    window.__opened = [];
    window.open = (url) => void window.__opened.push(url);
  });
  await stage.page.keyboard.type('clear; echo https://example.org/garden\n');
  await stage.shows(/^https:\/\/example\.org\/garden$/m);
  const place = await placeOf('https');
  const opened = () => stage.page.evaluate(() => window.__opened);
  await until('the link under the pointer', async () => {
    await stage.page.mouse.move(place.x, place.y + 200);
    await stage.page.mouse.move(place.x, place.y);
    return stage.page.evaluate(
      (of) => window.__terminals.get(of).element.querySelector('.xterm-cursor-pointer') !== null,
      id,
    );
  });
  await stage.page.mouse.click(place.x, place.y);
  assert.deepEqual(await opened(), []);
  await stage.page.keyboard.down('Control');
  await stage.page.mouse.move(place.x + 3, place.y);
  await stage.page.mouse.click(place.x + 3, place.y);
  await stage.page.keyboard.up('Control');
  await until('the address', async () => (await opened()).length === 1);
  assert.deepEqual(await opened(), ['https://example.org/garden']);
});

test('a link behind other words opens on Ctrl-click too, and tells where it leads', async () => {
  let asked = 0;
  const refuse = (dialog) => {
    asked += 1;
    void dialog.dismiss();
  };
  stage.page.on('dialog', refuse);
  await stage.page.evaluate(() => (window.__opened = []));
  await stage.page.keyboard.type(
    String.raw`clear; printf '\e]8;;https://example.org/behind\e\\harmless words\e]8;;\e\\\n'` + '\n',
  );
  await stage.shows(/^harmless words$/m);
  const place = await placeOf('harmless');
  // What comes to stand under a pointer at rest is no link yet, and this page may not have drawn it.
  await until('where it leads', async () => {
    await stage.page.mouse.move(place.x, place.y + 200);
    await stage.page.mouse.move(place.x, place.y);
    const told = stage.page.getByTitle('https://example.org/behind').waitFor({ timeout: 2_000 });
    return told.then(
      () => true,
      () => false,
    );
  });
  await stage.page.mouse.dblclick(place.x, place.y);
  assert.equal(asked, 0);
  await stage.page.keyboard.down('Control');
  await stage.page.mouse.move(place.x + 3, place.y);
  await stage.page.mouse.click(place.x + 3, place.y);
  await stage.page.keyboard.up('Control');
  await until('the address', () => stage.page.evaluate(() => window.__opened.length === 1));
  assert.deepEqual(await stage.page.evaluate(() => window.__opened), ['https://example.org/behind']);
  await stage.page.mouse.move(place.x, place.y + 200);
  await stage.page.getByTitle('https://example.org/behind').waitFor({ state: 'detached' });
  assert.equal(asked, 0);
  stage.page.off('dialog', refuse);
});

test('a bell that nobody sees leaves a mark until somebody looks', async () => {
  await focus();
  await until('the focus in the terminal', () => stage.inTerminal(id));
  await stage.page.keyboard.type(`${await stage.blocked('away')}; printf '\\a'\n`);
  await stage.openTerminal();
  await until('two tabs', async () => (await stage.page.getByRole('tab').count()) === 2);
  await stage.unblock('away');
  const first = stage.page.getByRole('tab').first();
  await until('the mark', async () => /rang the bell/.test((await first.getAttribute('title')) ?? ''));
  await first.click();
  await until('no mark', async () => !/rang the bell/.test((await first.getAttribute('title')) ?? ''));
});

test('the system tells of a bell that nobody looks at, once; a click goes there, and looking takes the mark away', async () => {
  await stage.page.evaluate(() => {
    window.__shown = [];
    window.Notification = class extends Notification {
      constructor(...given) {
        super(...given);
        window.__shown.push(this);
      }
    };
  });
  const shown = () => stage.page.evaluate(() => window.__shown.map(({ title, body }) => `${title} ${body}`));
  const all = await stage.call('GET', '/v1/terminals');
  const [hidden, front] = [all.find((one) => one.id !== id), all.find((one) => one.id === id)];
  const tab = (of) => stage.page.locator(`#tab-${of.id}`);
  const marked = async (of) => /rang the bell/.test((await tab(of).getAttribute('title')) ?? '');
  const rings = (of, word) =>
    stage.host('terminal', 'send', of.id, String.raw`printf '\a\a'; echo ${word}-$((40+2))`, '--enter');
  await tab(front).click();
  await until('it in front', () => stage.inTerminal(front.id));
  // In the window, but behind another tab.
  await rings(hidden, 'one');
  await until('the first one', async () => String(await shown()) === `${hidden.codename} rang the bell`);
  const log = stage.page.getByRole('log', { name: 'What happened' });
  await log.getByText(`${hidden.codename} rang the bell`).waitFor({ state: 'attached' });
  // In front, but in a window that is behind others. A headless page has the focus whatever happens.
  await stage.page.evaluate(() => (document.hasFocus = () => false));
  await rings(front, 'two');
  await until('the second one', async () => (await shown()).length === 2);
  await rings(hidden, 'three');
  await until('the third bell', async () =>
    /three-42/.test(await stage.host('terminal', 'screen', hidden.id)),
  );
  assert.deepEqual(
    await shown(),
    [hidden, front].map((of) => `${of.codename} rang the bell`),
  );
  assert.ok((await marked(hidden)) && (await marked(front)));
  await stage.page.evaluate(() => {
    delete document.hasFocus;
    window.dispatchEvent(new Event('focus'));
  });
  await until('what is in front to be seen', async () => !(await marked(front)));
  assert.ok(await marked(hidden));
  await stage.page.evaluate(() => window.__shown[0].dispatchEvent(new Event('click')));
  await until(
    'the other one in front',
    async () => (await tab(hidden).getAttribute('aria-selected')) === 'true',
  );
  await until('no mark', async () => !(await marked(hidden)));
});

test('a terminal out of sight draws nothing', async () => {
  await stage.page.getByRole('tab').last().click();
  // An xterm hears with the next frame that it is out of sight.
  await stage.page.evaluate(async (of) => {
    for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
    const term = window.__terminals.get(of);
    window.__drawn = new Promise((resolve) => {
      let frames = 0;
      term.onRender(() => (frames += 1));
      term.onWriteParsed(() => {
        const buffer = term.buffer.active;
        const row = buffer.getLine(buffer.baseY + buffer.cursorY - 1)?.translateToString(true);
        if (row === 'hidden-done') requestAnimationFrame(() => resolve(frames));
      });
    });
  }, id);
  await stage.host('terminal', 'send', id, 'seq 1 2000; echo hidden-done', '--enter');
  assert.equal(await stage.page.evaluate(() => window.__drawn), 0);
});

test('a shell that ended has ended in every mark, and says so where no message covers it', async () => {
  const fresh = await stage.openTerminal();
  await stage.page.keyboard.type('exit 3\n');
  await stage.page.getByRole('img', { name: /^failed with 3.*: exit 3$/ }).waitFor();
  const note = stage.page.getByText('The shell ended with 3.');
  await note.waitFor();
  const { y, height } = await note.boundingBox();
  assert.ok(y + height < stage.page.viewportSize().height / 2, `${y} and ${height}`);
  // Nor does it cover a line.
  await until('the text below it', async () => {
    const screen = await stage.page.locator(`#region-${fresh} .screen`).boundingBox();
    return screen.y >= y + height;
  });
  await stage.page.getByRole('button', { name: 'Close', exact: true }).click();
});

test('nothing went wrong in the page meanwhile', () => {
  assert.deepEqual(stage.faults, []);
});

function row(at) {
  return stage.page.evaluate(
    ([of, offset]) => {
      const buffer = window.__terminals.get(of).buffer.active;
      return buffer.getLine(buffer.viewportY + offset)?.translateToString(true) ?? '';
    },
    [id, at],
  );
}

function topRow() {
  return row(0);
}

/** Where to point at the row that begins so. */
function placeOf(text) {
  return until(`a row that begins with ${text}`, () =>
    stage.page.evaluate(
      ([of, begin]) => {
        const term = window.__terminals.get(of);
        const buffer = term.buffer.active;
        for (let row = 0; row < term.rows; row += 1) {
          const line = buffer.getLine(buffer.viewportY + row).translateToString(true);
          if (!line.startsWith(begin)) continue;
          const screen = term.element.querySelector('.xterm-screen').getBoundingClientRect();
          return { x: screen.left + 40, y: screen.top + ((row + 0.5) * screen.height) / term.rows };
        }
        return null;
      },
      [id, text],
    ),
  );
}

/** The place of the row that was jumped to, counted from the top. */
function marked() {
  return stage.page.evaluate(() => {
    const band = document.querySelector('.gutter .band:not([hidden])');
    return band && Math.round(Number.parseFloat(band.style.top) / Number.parseFloat(band.style.height));
  });
}

async function markedRow() {
  return row((await marked()) ?? 0);
}

function atBottom() {
  return stage.page.evaluate((of) => {
    const { viewportY, baseY } = window.__terminals.get(of).buffer.active;
    return viewportY === baseY;
  }, id);
}

function clipboard() {
  return stage.page.evaluate(() => navigator.clipboard.readText());
}

function focus() {
  return stage.page.evaluate((of) => window.__terminals.get(of).focus(), id);
}

async function command(label) {
  await stage.page.keyboard.press('Control+Shift+P');
  const palette = stage.dialog('Command palette');
  await palette.getByRole('combobox').fill(label);
  await palette.getByRole('option', { name: label }).first().click();
  await palette.waitFor({ state: 'detached' });
}
