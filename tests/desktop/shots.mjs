// Takes the pictures in docs/images from the real window, in both themes: `cargo xtask shots`. Those are the ones that
// documents show; every screen is pictured by `tests/ui/shots.mjs`, for people who judge how it looks.
// The garden is a project like any; nothing in the pictures is painted by hand.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Stage, until } from './stage.mjs';
import { addProject, trust } from './project.mjs';
import { openWindow } from './window.mjs';

const ENTER = '\uE007';
const folder = process.env.SHOTS;
if (!folder) throw new Error('SHOTS is not set; run this by `cargo xtask shots`');

const action = (id, label, icon, line) => String.raw`id: ${id}
label: ${label}
icon: ${icon}
steps:
  - type: write
    content: "${line}\r"
  - type: wait_for
    pattern: 'done'
    timeout: 60000
`;

const PROJECT = [
  ['check', 'Check the beds', 'check', 'ls -l --color beds && echo done'],
  ['water', 'Water everything', 'play', 'for bed in beds/*; do echo \\"watering $bed\\"; done; echo done'],
  ['harvest', 'Harvest', 'rocket', 'cat beds/tomatoes.md && echo done'],
];

await mkdir(folder, { recursive: true });
for (const [theme, gtk] of [['dark', 'Adwaita:dark'], ['light', 'Adwaita']]) {
  const stage = await Stage.build();
  try {
    stage.env.GTK_THEME = gtk;
    await plant(stage);
    const window = await openWindow(stage);
    await window.click('button', /^Check the beds/);
    await trust(window);
    await window.shows(/^done$/m);
    await window.type(`grep -r slugs beds${ENTER}`);
    await window.type(`sleep 1.2${ENTER}`);
    await until('the time it took', () => window.browser.$('.gutter .took:not([hidden])').isDisplayed());
    await window.type(`cat beds/tomatoes.md${ENTER}`);
    await window.shows(/ripe in August/);
    await still(window);
    await window.screenshot(join(folder, theme === 'dark' ? 'window.png' : 'window-light.png'));
    await split(window, theme);
    await window.contextMenu('button', /^Tidy up/);
    await window.find('menuitem', 'History');
    await still(window);
    await window.screenshot(join(folder, `menu-${theme}.png`));
    await window.click('menuitem', 'History');
    await window.find('dialog', 'History of Tidy up');
    await until('the versions', () => window.browser.$('[role="dialog"] [role="option"]').isDisplayed());
    await until('what it would change', () => window.browser.$('[role="dialog"] .diff').isDisplayed());
    await still(window);
    await window.screenshot(join(folder, `history-${theme}.png`));
    await window.close();
  } finally {
    await stage.strike();
  }
}

/** What terminals and buttons show: a run at work beside another terminal. */
async function split(window, theme) {
  await window.click('button', 'Water slowly');
  await window.shows(/begun/);
  await window.click('button', 'Split');
  await until('two panes', async () => (await window.browser.$$('[role="tablist"]').length) === 2);
  await window.browser.setWindowSize(1600, 900);
  await still(window);
  await window.screenshot(join(folder, `split-${theme}-1600.png`));
  await window.browser.setWindowSize(1280, 820);
}

/** Nothing moves any more, so the picture is of what stays. */
async function still(window) {
  await until('the end of all movement', () =>
    window.browser.execute(() => document.getAnimations().every((one) => one.playState !== 'running')),
  );
}

/** A project with actions, and an action of the user's own with a past. */
async function plant(stage) {
  for (const [id, label, icon, line] of PROJECT) {
    const file = join(stage.project, '.ai-orchestrator', 'actions', `${id}.yaml`);
    await stage.write(file, action(id, label, icon, line));
  }
  await stage.write(join(stage.project, 'beds', 'tomatoes.md'), '# Tomatoes\n\nSown in March, ripe in August.\n');
  await stage.write(join(stage.project, 'beds', 'beans.md'), '# Beans\n');
  await stage.write(join(stage.project, 'beds', 'herbs.md'), '# Herbs\n');
  await stage.write(join(stage.env.HOME, '.bashrc'), "PS1='\\[\\e[34m\\]\\W\\[\\e[0m\\] $ '\n");
  await stage.host('host', 'start');
  await stage.writeVersions('tidy-up', ['rm -rf compost && echo done', 'git clean -n && echo done'].map((line) =>
    action('tidy-up', 'Tidy up', 'broom', line)));
  await stage.write(
    join(stage.home, 'actions', 'water-slowly.yaml'),
    'label: Water slowly\nicon: droplet\nsteps:\n  - write: "echo begun; sleep 300\\r"\n' +
      '  - wait_for: "every bed is wet"\n    timeout: 10m\n  - wait_exit: 0\n',
  );
  await addProject(stage, stage.project);
}
