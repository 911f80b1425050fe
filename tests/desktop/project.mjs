// What a journey does before it can begin: a project the window opens with, and the user's trust in it.

import assert from 'node:assert/strict';

/** Makes this the project that the window opens with. */
export async function addProject(stage, folder) {
  await stage.host('host', 'start', '--http', '127.0.0.1:0');
  const { url } = await stage.ask('host', 'status');
  const { origin, hash } = new URL(url);
  const token = new URLSearchParams(hash.slice(1)).get('token');
  const answer = await fetch(`${origin}/v1/projects`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ path: folder }),
  });
  assert.equal(answer.ok, true, await answer.text());
}

/** A project's action is asked about once, before its commands may run. */
export async function trust(window) {
  await window.find('dialog', /./);
  await window.click('button', /trust/i, '[role="dialog"], [role="alertdialog"]');
}
