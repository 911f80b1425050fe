// A full-screen program that behaves as coding agents do: the other screen, a fixed header and prompt with a
// scroll region between them, frames drawn at once (mode 2026), a spinner, colours, links, wide characters,
// bracketed paste, focus reports, the mouse. Each key is one step, so that a recording of it is always alike.

const out = (text) => process.stdout.write(text);
const at = (row, col) => `\x1b[${row};${col}H`;
const frame = (text) => out(`\x1b[?2026h${text}\x1b[?2026l`);
const colour = (r, g, b, text) => `\x1b[38;2;${r};${g};${b}m${text}\x1b[39m`;

const SAYS = [
  `${colour(215, 119, 87, '●')} Reading \x1b]8;;file:///src/main.rs\x1b\\src/main.rs\x1b]8;;\x1b\\ …`,
  '\x1b[32m+ let total = prices.iter().sum();\x1b[m',
  '\x1b[31m- let total = 0;\x1b[m',
  '日本語の説明: 合計を計算します',
  'café naïve A\u030angstro\u0308m — “quoted” ½ ≤ ∞',
  '🚀 shipped 🎉 ok 🐛 fixed',
  '\x1b[1mbold\x1b[m \x1b[3mitalic\x1b[m \x1b[4munder\x1b[m \x1b[7minverse\x1b[m \x1b[9mstruck\x1b[m \x1b[2mdim\x1b[m',
  `\x1b[48;5;236m  ${'indented code'.padEnd(30)}\x1b[m`,
  '한국어 텍스트도 있어요',
  '✓ 12 passed, 0 failed',
];
const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴'];

let said = 0;
let asked = 'ask me anything';
const columns = () => process.stdout.columns;
const rows = () => process.stdout.rows;
const bottom = () => rows() - 4;

function prompt() {
  const line = '─'.repeat(columns() - 2);
  const inside = columns() - 6;
  return (
    `${at(rows() - 2, 1)}╭${line}╮` +
    `${at(rows() - 1, 1)}│\x1b[K > ${asked.slice(0, inside)}${at(rows() - 1, columns())}│` +
    `${at(rows(), 1)}╰${line}╯`
  );
}

function everything() {
  const title = ' 🤖 Agent — fix the sum ';
  let text = `\x1b[r\x1b[2J${at(1, 1)}\x1b[44;97m${title}\x1b[K\x1b[m${at(2, 1)}${'═'.repeat(columns())}`;
  text += prompt() + `\x1b[3;${bottom()}r${at(bottom(), 1)}`;
  for (const line of SAYS.slice(0, said)) text += `\r\n${line}`;
  frame(text);
}

// One more line at the region's bottom; what is above it scrolls.
function say() {
  const line = SAYS[said % SAYS.length];
  said += 1;
  frame(`${at(bottom(), 1)}\r\n${line}`);
}

function spin() {
  let turn = 0;
  const timer = setInterval(() => {
    const mark = SPINNER[turn % SPINNER.length];
    frame(`\x1b7${at(rows() - 3, 1)}\x1b[2K${colour(215, 119, 87, mark)} Thinking… (${turn}s · esc to stop)\x1b8`);
    turn += 1;
    if (turn === SPINNER.length) clearInterval(timer);
  }, 80);
}

// Scrolls back by two lines inside the region, and writes over the first.
function back() {
  frame(`${at(3, 1)}\x1bM\x1bM${at(3, 1)}\x1b[2K(earlier)${at(bottom(), 1)}`);
}

// Takes a line out of the middle, puts two in, and pushes letters along.
function edit() {
  frame(`${at(6, 1)}\x1b[M${at(5, 1)}\x1b[2L${at(5, 1)}inserted${at(5, 3)}\x1b[3@___\x1b[2P`);
}

function leave() {
  out('\x1b[r\x1b[?1000l\x1b[?1006l\x1b[?1004l\x1b[?2004l\x1b[?1l\x1b[?25h\x1b[?1049l');
  out(`Resume this conversation with \x1b[1magent --resume 7\x1b[m\r\n`);
  process.exit(0);
}

process.stdin.setRawMode(true);
process.stdin.on('data', (data) => {
  const keys = data.toString();
  const pasted = /^\x1b\[200~([^]*)\x1b\[201~$/.exec(keys);
  if (pasted) {
    asked = `[pasted ${pasted[1].split('\r').length} lines]`;
    frame(`\x1b7${prompt()}\x1b8`);
  } else {
    const steps = { l: say, s: spin, b: back, e: edit, q: leave };
    for (const key of keys) steps[key]?.();
  }
});
process.stdout.on('resize', everything);
out('agent 1.0\r\n\x1b]2;Agent: fix the sum\x07\x1b[?1049h\x1b[?2004h\x1b[?1004h\x1b[?1000h\x1b[?1006h\x1b[?1h\x1b[?25l');
everything();
