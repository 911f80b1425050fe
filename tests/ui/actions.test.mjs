// Quick actions in a browser, against a real host: run, trust, inputs, menu, history, files that change.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { Stage, until } from './stage.mjs';

const HELLO = String.raw`id: hello
label: Hello
steps:
  - type: write
    content: "echo hello-$((40+2))\r"
  - type: wait_for
    pattern: 'hello-\d+'
    timeout: 60000
`;
const NOTE = (word) => String.raw`id: note
label: Note
steps:
  - type: write
    content: "echo ${word}\r"
`;
const ASK = String.raw`id: ask
label: Ask
inputs:
  - { id: who, label: Who, required: true }
  - { id: mood, label: Mood, type: choice, choices: [calm, loud], default: calm }
steps:
  - type: write
    content: "echo {{ inputs.who }} is {{ inputs.mood }}\r"
`;
const COUNT = String.raw`id: count
label: Count
inputs:
  - { id: loud, label: Loud, type: boolean }
  - { id: n, label: How many, type: number, required: true }
  - { id: word, label: Word }
steps:
  - type: write
    content: "echo {{ inputs.n }}x{{ inputs.word }}\r"
`;
const SLOW = String.raw`id: slow
label: Slow
steps:
  - type: write
    content: "echo begun\r"
  - type: wait_for
    pattern: 'never-comes'
    timeout: 60000
`;

let stage;

before(async () => {
  stage = await Stage.build({
    project: { hello: HELLO },
    user: { ask: ASK, count: COUNT, slow: SLOW },
  });
});

after(async () => {
  await stage?.strike();
});

test('one click asks for trust once, runs, and shows the terminal; the second click only runs', async () => {
  await stage.action('Hello').click();
  const question = stage.dialog('Trust Hello?');
  await question.getByText('echo hello-$((40+2))').waitFor();
  await question.getByText('Enter', { exact: true }).waitFor();
  assert.equal(await question.getByText('u{d}').count(), 0);
  await question.getByRole('button', { name: 'Trust and run' }).click();
  await question.waitFor({ state: 'detached' });
  const id = await stage.shows(/^hello-42$/m);
  const { codename } = await stage.hostHas('the terminal', '/v1/terminals', (terminal) => terminal.id === id);
  await stage.page.getByRole('region', { name: codename }).waitFor();
  await stage.page.getByRole('tab', { name: codename, selected: true }).waitFor();
  await stage.hostHas(
    'the run’s end',
    '/v1/runs',
    (run) => run.action === 'hello' && run.status === 'succeeded',
  );
  await until('the button to say so', async () => /succeeded/.test(await description('Hello')));

  // A run may have succeeded before its shell is at the prompt, where the terminal can be used again.
  await stage.idle();
  await stage.action('Hello').click();
  await until('a second hello-42 in the same terminal', async () => {
    return ((await stage.texts())[id].match(/^hello-42$/gm) ?? []).length === 2;
  });
  assert.equal(await stage.page.getByRole('tab').count(), 1, 'the idle terminal is used again');
});

test('an action with inputs asks first, and remembers the values', async () => {
  await stage.action('Ask').click();
  const form = stage.dialog('Ask');
  await form.getByRole('button', { name: 'Run' }).click();
  await form.getByText('A value is needed.').waitFor();
  await form.getByLabel('Who').fill("Ada's cat");
  await form.getByLabel('Mood').selectOption('loud');
  const listed = stage.page.waitForResponse(
    async (answer) => /\/v1\/actions\?/.test(answer.url()) && who(await answer.json()) === "Ada's cat",
  );
  await form.getByLabel('Who').press('Enter');
  await form.waitFor({ state: 'detached' });
  await stage.shows(/^Ada's cat is loud$/m);
  // The form shows what the page's own list has.
  await listed;
  await stage.action('Ask').click();
  await until(
    'the form to have them',
    async () => (await form.getByLabel('Who').inputValue()) === "Ada's cat",
  );
  await stage.page.keyboard.press('Escape');
});

test('a value that does not do is told in the form, whoever finds out, and nothing typed is lost', async () => {
  await stage.action('Count').click();
  const form = stage.dialog('Count');
  await until('the focus in the first input', () =>
    form.getByLabel('Loud').evaluate((box) => box === document.activeElement),
  );
  await form.getByLabel('How many').fill('abc');
  await form.getByLabel('Word').fill('a\u0001b');
  await form.getByLabel('Word').press('Enter');
  await form.getByText('This is not a number.').waitFor();
  await form.getByLabel('How many').fill('3');
  await form.getByText('This is not a number.').waitFor({ state: 'detached' });
  await form.getByLabel('Word').press('Enter');
  await form
    .getByRole('alert')
    .getByText(/control character/)
    .waitFor();
  assert.equal(await form.getByLabel('How many').inputValue(), '3');
  await form.getByLabel('Word').fill('b');
  await form.getByLabel('Word').press('Enter');
  await stage.shows(/^3xb$/m);
});

test('what was typed is there again after a look at the trust question, and after a slip beside the form', async () => {
  await stage.projectAction('shy', ASK.replace('id: ask', 'id: shy').replace('label: Ask', 'label: Shy'));
  await stage.action('Shy').click();
  const form = stage.dialog('Shy');
  await form.getByLabel('Who').fill('Grace');
  await form.getByRole('button', { name: 'Run' }).click();
  await stage.dialog('Trust Shy?').waitFor();
  await stage.page.keyboard.press('Escape');
  await stage.action('Shy').click();
  assert.equal(await form.getByLabel('Who').inputValue(), 'Grace');
  await form.getByLabel('Who').fill('Grace H.');
  await stage.page.mouse.click(4, 4);
  await form.waitFor({ state: 'detached' });
  await stage.action('Shy').click();
  assert.equal(await form.getByLabel('Who').inputValue(), 'Grace H.');
  await form.getByRole('button', { name: 'Run' }).click();
  await stage.dialog('Trust Shy?').getByRole('button', { name: 'Trust and run' }).click();
  await stage.shows(/^Grace H\. is calm$/m);
});

test('a run shows its step and can be cancelled', async () => {
  await stage.action('Slow').click();
  await stage.shows(/^begun$/m);
  await until('the step', async () => /running, step 2 of 2/.test(await description('Slow')));
  await stage.page.getByText(/step 2 of 2, waiting for never-comes/).waitFor();
  await stage.page.getByRole('button', { name: 'Cancel run' }).click();
  await stage.hostHas(
    'the cancelled run',
    '/v1/runs',
    (run) => run.action === 'slow' && run.status === 'cancelled',
  );
  await stage.messages.getByText('Slow was cancelled').waitFor();
  await until('the button to say so', async () => /cancelled/.test(await description('Slow')));
});

test('a click while an action runs shows it and offers to run again', async () => {
  await stage.action('Slow').click();
  await until('the run', async () => /running, step 2/.test(await description('Slow')));
  const before = (await stage.call('GET', '/v1/runs')).length;
  await stage.action('Slow').click();
  await stage.messages.getByRole('button', { name: 'Run again' }).waitFor();
  assert.equal((await stage.call('GET', '/v1/runs')).length, before);
  await stage.page.getByRole('button', { name: 'Cancel run' }).click();
  await until('the end', async () => !/running/.test(await description('Slow')));
});

test('files that are saved, broken and removed show on the toolbar by themselves', async () => {
  await stage.projectAction('fresh', NOTE('x').replace('note', 'fresh').replace('Note', 'Fresh'));
  await stage.action('Fresh').waitFor();
  await writeFile(
    stage.projectPath('fresh'),
    'id: fresh\nlabel: Fresh\nsteps:\n  - type: write\n    contents: "x\\r"\n',
  );
  await until('the problem', async () => /line 5, column \d+/.test(await description('Fresh')));
  await stage.page.getByRole('button', { name: '1 problem' }).click();
  const panel = stage.page.getByRole('complementary', { name: 'Problems' });
  await panel.getByText(/5:\d+/).waitFor();
  await panel.getByRole('button', { name: 'Close problems' }).click();
  await stage.choose('Fresh', 'Delete');
  await stage.dialog('Delete Fresh?').getByRole('button', { name: 'Delete' }).click();
  await stage.action('Fresh').waitFor({ state: 'detached' });
});

test('the history shows what changed, restores, and the toast undoes it', async () => {
  await stage.userAction('note', NOTE('older'));
  await stage.action('Note').waitFor();
  await versions(1);
  await stage.userAction('note', NOTE('newer'));
  await versions(2);
  await stage.choose('Note', 'History');
  const history = stage.dialog('History of Note');
  await until('two versions', async () => (await history.getByRole('option').count()) === 2);
  await history.getByText('content: "echo older\\r"').waitFor();
  await history.getByText('content: "echo newer\\r"').waitFor();
  await history.getByRole('button', { name: 'Restore' }).click();
  await history.waitFor({ state: 'detached' });
  await holds('note', NOTE('older'));
  await stage.undo('Note was restored');
  await holds('note', NOTE('newer'));
});

test('the history works from the keyboard alone', async () => {
  await stage.action('Note').focus();
  await stage.page.keyboard.press('Shift+F10');
  await stage.chooseByKey('h', 'History');
  const history = stage.dialog('History of Note');
  await history.getByText('content: "echo older\\r"').waitFor();
  await stage.page.keyboard.press('Enter');
  await history.waitFor({ state: 'detached' });
  await holds('note', NOTE('older'));
});

test('an open history follows the file, and a version’s time has its seconds', async () => {
  await stage.choose('Note', 'History');
  const history = stage.dialog('History of Note');
  const options = history.getByRole('option');
  await options.first().waitFor();
  const before = await options.count();
  const chosen = await history.getByRole('option', { selected: true }).getAttribute('data-timestamp');
  await stage.userAction('note', NOTE('latest'));
  await until('the new version', async () => (await options.count()) === before + 1);
  assert.match(await options.first().innerText(), /Current/);
  assert.match(await options.first().innerText(), /\d:\d\d:\d\d/);
  const now = await history.getByRole('option', { selected: true }).getAttribute('data-timestamp');
  assert.equal(now, chosen, 'what was looked at is still chosen');
  await history.getByText('echo latest').waitFor();
  await stage.userAction('note', NOTE('older'));
  await until('another one', async () => (await options.count()) === before + 2);
  await stage.page.keyboard.press('Escape');
  await history.waitFor({ state: 'detached' });
});

test('delete asks once and can be undone', async () => {
  await stage.choose('Note', 'Delete');
  await stage.dialog('Delete Note?').getByRole('button', { name: 'Delete' }).click();
  await stage.action('Note').waitFor({ state: 'detached' });
  assert.equal(existsSync(stage.userPath('note')), false);
  await stage.undo('Note was deleted');
  await stage.action('Note').waitFor();
  await holds('note', NOTE('older'));
});

test('a deleted action comes back from the palette', async () => {
  await stage.choose('Note', 'Delete');
  await stage.dialog('Delete Note?').getByRole('button', { name: 'Delete' }).click();
  await stage.action('Note').waitFor({ state: 'detached' });
  await stage.page.keyboard.press('Control+Shift+P');
  const palette = stage.dialog('Command palette');
  await palette.getByRole('combobox').fill('deleted');
  await palette.getByRole('option', { name: /Deleted actions/ }).click();
  const entry = stage.dialog('Deleted actions').getByRole('button', { name: 'Note' });
  assert.match(await entry.innerText(), /^Note\s+deleted just now$/);
  await entry.click();
  await stage.dialog('History of Note').getByRole('button', { name: 'Restore' }).click();
  await stage.action('Note').waitFor();
});

test('a default offers Reset to Default, and an edit comes back from it', async () => {
  const menu = await stage.menu('Run Tests');
  const items = await menu.getByRole('menuitem').allTextContents();
  assert.deepEqual(
    items.map((item) => item.trim()),
    ['Run', 'Edit', 'Duplicate', 'History', 'Reset to Default'],
  );
  await stage.page.keyboard.press('Escape');
  await menu.waitFor({ state: 'detached' });
  const shipped = await readFile(stage.userPath('run-tests'), 'utf8');
  const edited = shipped.replace('label: Run Tests', 'label: My Tests');
  await stage.userAction('run-tests', edited);
  await stage.choose('My Tests', 'Reset to Default');
  await stage
    .dialog(/Reset My Tests/)
    .getByRole('button', { name: 'Reset to Default' })
    .click();
  await stage.action('Run Tests').waitFor();
  await holds('run-tests', shipped);
  await stage.undo('is the default again');
  await holds('run-tests', edited);
});

test('duplicate makes an action of one’s own', async () => {
  await stage.choose('Ask', 'Duplicate');
  // Two buttons that can be told apart, and the file that is new.
  await stage.messages.getByText('Ask copy was made').waitFor();
  await stage.messages.getByText(stage.userPath('my-ask')).waitFor();
  await until('the copy', async () => {
    const { actions } = await stage.call('GET', '/v1/actions');
    return actions.filter((action) => action.label.startsWith('Ask')).length === 2;
  });
});

test('a project’s action is shown and asked about before it is duplicated', async () => {
  const evil = String.raw`id: evil
label: Evil
steps:
  - type: write
    content: "echo evil\r"
`;
  const copies = async () => {
    const { actions } = await stage.call('GET', '/v1/actions');
    return actions.filter((action) => action.label.startsWith('Evil')).map((action) => action.id);
  };
  await stage.projectAction('evil', evil);
  await stage.action('Evil').waitFor();
  const question = stage.dialog('Trust Evil?');
  await stage.choose('Evil', 'Duplicate');
  await question.getByText('echo evil').waitFor();
  await question.getByText('The copy is yours: it runs in any project, and does not ask.').waitFor();
  await question.getByRole('button', { name: 'Cancel' }).click();
  await question.waitFor({ state: 'detached' });
  // The next question comes behind all that the first one could have led to.
  await stage.choose('Evil', 'Duplicate');
  await question.getByRole('button', { name: 'Trust and duplicate' }).waitFor();
  assert.deepEqual(await copies(), []);
  assert.match(await description('Evil'), /not trusted/);
  await question.getByRole('button', { name: 'Trust and duplicate' }).click();
  await until('the copy', async () => (await copies()).length === 1);
  assert.deepEqual(await copies(), ['my-evil']);
  assert.match(await readFile(stage.userPath('my-evil'), 'utf8'), /echo evil/);

  // Of what is broken nobody can say what it would do.
  await stage.projectAction(
    'odd',
    evil.replaceAll('evil', 'odd').replace('Evil', 'Odd').replace('content', 'contnet'),
  );
  await stage.action('Odd').waitFor();
  await stage.choose('Odd', 'Duplicate');
  await stage.messages.getByText(/before that is mended, it is not copied/).waitFor();
  assert.equal(existsSync(stage.userPath('my-odd')), false);
});

test('nothing went wrong in the page meanwhile', () => {
  assert.deepEqual(stage.faults, []);
});

function description(label) {
  return stage.action(label).evaluate((button) => {
    return document.getElementById(button.getAttribute('aria-describedby') ?? '')?.textContent ?? '';
  });
}

function who({ actions }) {
  return actions.find((action) => action.id === 'ask')?.last_inputs.who;
}

function versions(count) {
  return until(`${count} versions`, async () => {
    const found = await stage.call('GET', '/v1/actions/note/history?scope=user').catch(() => []);
    return found.length === count;
  });
}

function holds(name, text) {
  return until(
    `${name}.yaml to be as expected`,
    async () => (await readFile(stage.userPath(name), 'utf8')) === text,
  );
}
