// Measures the real window for `cargo xtask bench window`: one section a call, figures as lines of JSON on stdout.
//   node bench.mjs echo|flood|start|many PAIRS
// The peer is xterm.js alone, in an empty window of the same WebKitGTK; the tables are made in tests/bench.

import { createServer } from 'node:http';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addProject } from '../../desktop/project.mjs';
import { Stage, until } from '../../desktop/stage.mjs';
import { openWindow } from '../../desktop/window.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, '..', '..', '..', 'ui', 'node_modules');
const EMPTY = process.env.AI_ORCHESTRATOR_EMPTY;
const [section, pairs] = [process.argv[2], Number(process.argv[3] ?? 5)];
const OURS = 'AI Orchestrator';
const ALONE = 'xterm.js alone';
const MEGABYTES = 100;

/** A figure of a row; `unit` says which table it is in where a section has several. */
const tell = (row, value, unit) => console.log(JSON.stringify({ row, value, unit }));

const stage = await Stage.build();
try {
  await { echo, flood, start, many }[section]();
} finally {
  await stage.strike();
}

/** From a key to its character on the screen: at the prompt of an idle shell, and in a terminal that echoes itself. */
async function echo() {
  for (let pair = 0; pair < pairs; pair += 1) {
    const alone = await openAlone();
    const base = await measure(alone, keys, 100);
    await alone.close();
    const window = await openShell();
    const ours = await measure(window, keys, 100);
    await window.close();
    for (const [name, { median, p99 }] of [[ALONE, base], [OURS, ours]]) {
      tell(`${name}, median`, median);
      tell(`${name}, p99`, p99);
    }
  }
}

/** 100 MB until the last line is drawn, and how soon a click is answered meanwhile. */
async function flood() {
  const line = (number) =>
    `${String(number).padStart(8)} the quick brown fox jumps over the lazy dog, and nobody minds it at all\n`;
  let text = '';
  for (let number = 0; text.length < 1_000_000; number += 1) text += line(number);
  text = text.slice(0, 1_000_000 - 1) + '\n';
  const file = join(stage.root, 'flood');
  await stage.write(file, text.repeat(MEGABYTES));
  for (let pair = 0; pair < pairs; pair += 1) {
    const alone = await openAlone(text);
    const base = await measure(alone, pour, `() => (${pourAlone})(${MEGABYTES})`);
    await alone.close();
    const window = await openShell();
    const ours = await measure(window, pour, `() => (${pourShell})(${JSON.stringify(`cat ${file}; echo FLOOD-$((40+2))`)})`);
    await window.close();
    for (const [name, { seconds, clicks }] of [[ALONE, base], [OURS, ours]]) {
      tell(name, seconds);
      tell(`a click beside ${name}`, middle(clicks) / 1000);
    }
  }
}

/** From a process's start until a quick action can be clicked, and what all processes then take. */
async function start() {
  for (let pair = 0; pair < pairs; pair += 1) {
    for (const [name, program] of [['empty window', EMPTY], [OURS, undefined]]) {
      const window = await openWindow(stage, { application: program });
      const ready = await until('the page', () =>
        window.browser.execute((empty) => {
          const mark = performance.getEntriesByName('quick-actions')[0];
          // WebKit has no navigation entry for a page of Tauri's own scheme.
          if (empty) return performance.timing.domComplete;
          return mark && performance.timeOrigin + mark.startTime;
        }, program !== undefined),
      );
      tell(name, ready - (await startOf(program ? 'empty' : 'ai-orchestrator-desktop')), 'ms');
      // What starting left behind is let go of by now.
      await new Promise((done) => setTimeout(done, 3000));
      tell(name, await memory(), 'MB');
      await window.close();
      await stage.host('host', 'stop', '--yes').catch(() => {});
    }
  }
}

/** 1,000 actions and 100 terminals: each filter and each switch, until it is drawn. */
async function many() {
  for (let number = 0; number < 1000; number += 1) {
    const text = `label: Deploy part ${number}\nsteps:\n  - write: "echo ${number}\\r"\n`;
    await stage.write(join(stage.home, 'actions', `a-${number}.yaml`), text);
  }
  const window = await openShell();
  const call = await door();
  for (let number = 1; number < 100; number += 1) await call('POST', '/v1/terminals', {});
  await until(
    'all of them',
    async () => {
      const listed = await window.browser.execute(() => document.querySelectorAll('.terminal').length);
      if (listed < 100) throw new Error(`${listed} are listed`);
      return true;
    },
    60_000,
  );
  for (let pair = 0; pair < pairs; pair += 1) {
    const { nothing, filters, warm, cold } = await measure(window, look);
    tell('an empty frame, median', middle(nothing));
    tell('filter, median', middle(filters));
    tell('filter, slowest', filters.at(-1));
    tell('switch to one shown lately, median', middle(warm));
    tell('switch to one shown lately, slowest', warm.at(-1));
    tell('switch to one not shown for long, median', middle(cold));
    tell('switch to one not shown for long, slowest', cold.at(-1));
  }
  await window.close();
}

function middle(sorted) {
  return sorted[Math.floor(sorted.length / 2)];
}

/** The window on a shell at its prompt. */
async function openShell() {
  await addProject(stage, stage.project);
  const call = await door();
  const { id } = await call('POST', '/v1/terminals', {});
  const window = await openWindow(stage);
  await until('the shell in view', () =>
    window.browser.execute((of) => {
      document.querySelector(`[aria-describedby="about-${of}"]`)?.click();
      const term = window.__terminals?.get(of);
      return term && term.buffer.active.getLine(0).translateToString(true) !== '' && (window.__term = term) && true;
    }, id),
  );
  return window;
}

/** An empty window with nothing in it but xterm.js, of our terminal's size and font. */
async function openAlone(text = '') {
  const types = { html: 'text/html', mjs: 'text/javascript', css: 'text/css', woff2: 'font/woff2' };
  const files = {
    '/xterm.mjs': join(modules, '@xterm/xterm/lib/xterm.mjs'),
    '/xterm.css': join(modules, '@xterm/xterm/css/xterm.css'),
    '/font.woff2': join(modules, 'jetbrains-mono/fonts/webfonts/JetBrainsMono-Regular.woff2'),
    '/': join(here, 'alone.html'),
  };
  const server = createServer((request, response) => {
    if (request.url === '/flood') return response.end(text);
    const file = files[request.url];
    if (!file) return response.writeHead(404).end();
    const kind = request.url === '/' ? 'html' : request.url.split('.').at(-1);
    response.setHeader('content-type', types[kind]);
    createReadStream(file).pipe(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const window = await openWindow(stage, { application: EMPTY });
  await window.browser.url(`http://127.0.0.1:${server.address().port}/`);
  await until('xterm.js', () => window.browser.execute(() => window.__term !== undefined));
  const close = window.close.bind(window);
  window.close = async () => {
    await close();
    server.closeAllConnections();
    server.close();
  };
  return window;
}

/** Runs a function in the page, however long it takes; its argument is the source of one. */
async function measure(window, what, argument = '') {
  const script = `window.__measured = undefined; (${what})(${argument}).then(
    (value) => (window.__measured = { value }),
    (error) => (window.__measured = { error: String(error) }),
  )`;
  await window.browser.executeScript(script, []);
  const measured = await until(
    `the end of ${what.name}`,
    () => window.browser.execute(() => window.__measured ?? null),
    300_000,
  );
  if (measured.error) throw new Error(measured.error);
  return measured.value;
}

async function door() {
  const { url } = await stage.ask('host', 'status');
  const { origin, hash } = new URL(url);
  const token = new URLSearchParams(hash.slice(1)).get('token');
  return async (method, path, body) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const answer = await fetch(origin + path, { method, headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(await answer.text());
    return answer.json();
  };
}

/** When a program of the stage was started, in milliseconds since 1970, to 10 ms. */
async function startOf(name) {
  const [id] = await stage.processes(name);
  const stat = await readFile(`/proc/${id}/stat`, 'utf8');
  const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  const uptime = Number((await readFile('/proc/uptime', 'utf8')).split(' ')[0]);
  return Date.now() - (uptime - ticks / 100) * 1000;
}

/** The memory of the window's processes and the host's, what they share counted once, in MB. */
async function memory() {
  const names = ['ai-orchestrator', 'ai-orchestrator-desktop', 'empty', 'WebKitWebProcess', 'WebKitNetworkProcess'];
  let sum = 0;
  for (const name of names) {
    for (const id of await stage.processes(name)) {
      const rollup = await readFile(`/proc/${id}/smaps_rollup`, 'utf8').catch(() => '');
      sum += Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0);
    }
  }
  return (sum * 1024) / 1e6;
}

// What follows runs in the page.

/** Presses a key so many times, each when the one before is drawn and all is quiet. */
async function keys(count) {
  const term = window.__term;
  const input = term.textarea;
  const quiet = () => new Promise((done) => setTimeout(() => requestAnimationFrame(done), 40));
  const times = [];
  for (let at = 0; at < count; at += 1) {
    if (at % 30 === 29) term.input('\x15', true);
    await quiet();
    const before = term.buffer.active.cursorX;
    const press = new KeyboardEvent('keypress', { key: 'x', bubbles: true, cancelable: true });
    Object.defineProperty(press, 'charCode', { value: 120 });
    const begin = performance.now();
    const drawn = new Promise((done) => {
      const listener = term.onRender(() => {
        if (term.buffer.active.cursorX === before) return;
        listener.dispose();
        done(performance.now() - begin);
      });
    });
    input.dispatchEvent(press);
    times.push(await drawn);
  }
  times.sort((a, b) => a - b);
  return { median: times[Math.floor(count / 2)], p99: times[Math.floor(count * 0.99)] };
}

/** Clicks each 200 ms for as long as a flood takes. */
async function pour(flooding) {
  const clicks = [];
  let over = false;
  const clicking = (async () => {
    while (!over) {
      const due = performance.now() + 200;
      await new Promise((done) => setTimeout(done, 200));
      const box = document.querySelector('[role="combobox"]');
      const open = box.getAttribute('aria-expanded');
      box.click();
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      if (box.getAttribute('aria-expanded') === open) throw new Error('the click did nothing');
      clicks.push(performance.now() - due);
    }
  })();
  const begin = performance.now();
  await flooding();
  const seconds = (performance.now() - begin) / 1000;
  over = true;
  await clicking;
  return { seconds, clicks: clicks.sort((a, b) => a - b) };
}

/** Feeds the flood from memory, as much at a time as our own page has on its way. */
async function pourAlone(times) {
  const term = window.__term;
  const bytes = new Uint8Array(await (await fetch('/flood')).arrayBuffer());
  const [chunk, window_] = [65_536, 524_288];
  let flying = 0;
  let wake = () => {};
  for (let time = 0; time < times; time += 1) {
    for (let at = 0; at < bytes.length; at += chunk) {
      const part = bytes.subarray(at, at + chunk);
      flying += part.length;
      term.write(part, () => {
        flying -= part.length;
        wake();
      });
      if (flying > window_) await new Promise((done) => (wake = done));
    }
  }
  await new Promise((done) => {
    term.write('FLOOD-42\r\n', () => {
      const listener = term.onRender(() => {
        listener.dispose();
        done();
      });
      term.refresh(0, term.rows - 1);
    });
  });
}

/** Types a command that floods; ends when its last line is drawn. */
async function pourShell(command) {
  const term = window.__term;
  await new Promise((done) => {
    const listener = term.onRender(() => {
      const buffer = term.buffer.active;
      for (let row = buffer.length - 4; row < buffer.length; row += 1) {
        if (buffer.getLine(row)?.translateToString(true) !== 'FLOOD-42') continue;
        listener.dispose();
        return done();
      }
    });
    term.input(`${command}\r`, true);
  });
}

/** Filters and switches, each until a frame with it has been drawn; a terminal is there with its text. */
async function look() {
  const pause = () => new Promise((done) => setTimeout(done, 120));
  const frame = () =>
    new Promise((done) => {
      requestAnimationFrame(() => {
        const after = new MessageChannel();
        after.port1.onmessage = done;
        after.port2.postMessage(0);
      });
    });
  const timed = async (act, into, there = () => true) => {
    const begin = performance.now();
    act();
    do await frame();
    while (!there());
    into.push(performance.now() - begin);
    await pause();
  };
  const shown = (terminal) => () => {
    const { element } = window.__terminals.get(terminal.parentElement.dataset.row) ?? {};
    const rows = element?.querySelector('.xterm-rows');
    return rows?.getClientRects().length > 0 && rows.textContent.trim() !== '';
  };
  const input = document.querySelector('input[aria-label="Filter actions"]');
  const terminals = [...document.querySelectorAll('.terminal > button')];
  for (const terminal of terminals) {
    terminal.click();
    await new Promise((done) => setTimeout(done, 20));
  }
  await pause();
  const [nothing, filters, warm, cold] = [[], [], [], []];
  for (let at = 0; at < 9; at += 1) await timed(() => {}, nothing);
  for (const text of ['7', '77', '777', '77', '7', '', 'part 5', 'part', '', 'deploy part 99', '']) {
    await timed(() => {
      input.value = text;
      input.dispatchEvent(new Event('input', { bubbles: true }));
    }, filters);
  }
  for (const at of [98, 97, 99, 96, 98, 95, 97, 94, 99]) {
    await timed(() => terminals[at].click(), warm, shown(terminals[at]));
  }
  for (const at of [10, 11, 12, 13, 14, 15, 16, 17, 18]) {
    await timed(() => terminals[at].click(), cold, shown(terminals[at]));
  }
  for (const list of [nothing, filters, warm, cold]) list.sort((a, b) => a - b);
  return { nothing, filters, warm, cold };
}
