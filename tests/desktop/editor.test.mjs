// Edit opens the user's editor: one that nobody has heard of, one that needs a terminal, one that fails.

import { mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { addProject } from './project.mjs';
import { Stage, until } from './stage.mjs';
import { openWindow } from './window.mjs';

/** An editor whose path has a blank in it: it adds a line to the file that it is given. */
const EDITOR = fileURLToPath(new URL('../fixtures/an editor/edit', import.meta.url));
const HELLO = 'id: hello\nlabel: Hello\nsteps:\n  - write: "echo hello\\r"\n';

let stage;
let file;

before(async () => {
  stage = await Stage.build();
  file = join(stage.home, 'actions', 'hello.yaml');
  await stage.write(file, HELLO);
  Object.assign(stage.env, { VISUAL: EDITOR, EDITOR: 'false' });
  await stage.host('host', 'start');
  await addProject(stage, stage.project);
});

after(async () => {
  await stage?.strike();
});

test('Edit starts the editor that the user named, in a terminal where it needs one, and tells when it fails', async (t) => {
  const window = await openWindow(stage);
  t.after(() => window.close());
  const edit = async () => {
    await window.contextMenu('button', 'Hello');
    await window.click('menuitem', 'Edit');
  };
  const edited = (by) => until(`an edit by ${by}`, async () => (await readFile(file, 'utf8')).endsWith(`edited by ${by}\n`));

  await edit();
  await edited(EDITOR);

  await stage.write(file, HELLO);
  const nano = join(stage.root, 'bin', 'nano');
  await mkdir(join(stage.root, 'bin'));
  await symlink(EDITOR, nano);
  await stage.host('config', 'set', 'editor', nano);
  // The page has the setting as soon as it shows it.
  await shown(window, nano);
  await edit();
  await window.shows(/nano .*hello\.yaml/);
  await edited(nano);

  await stage.host('config', 'set', 'editor', 'env false');
  await shown(window, 'env false');
  await edit();
  await until('what went wrong', async () =>
    /Hello could not be opened.*Env ended with exit code 1/s.test(
      await window.browser.execute(() => document.querySelector('[aria-label="Messages"]').textContent),
    ),
  );
});

/** Waits until the settings of this window name the editor. */
async function shown(window, editor) {
  await window.click('button', 'Settings');
  await window.click('tab', 'Terminal');
  await until(`${editor} in the settings`, () =>
    window.browser.execute((of) => [...document.querySelectorAll('dialog input')].some((input) => input.value === of), editor),
  );
  await window.click('button', 'Done');
}
