// The accessibility check that every screen has to pass.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { axe } from './stage.mjs';

/** Fails with everything that axe finds on the stage's page, once nothing moves any more. */
export async function accessible(stage, screen) {
  // The page's own policy forbids foreign scripts, so axe comes in a world of its own.
  const session = await stage.context.newCDPSession(stage.page);
  try {
    const { frameTree } = await session.send('Page.getFrameTree');
    const world = await session.send('Page.createIsolatedWorld', {
      frameId: frameTree.frame.id,
    });
    const run = `${await readFile(axe, 'utf8')}; Promise.allSettled(document.getAnimations().map((one) => one.finished)).then(() => axe.run()).then((found) => found.violations.map((one) => one.id + ': ' + one.nodes.map((node) => node.target.join(' ')).join(', ')))`;
    const { result } = await session.send('Runtime.evaluate', {
      expression: run,
      contextId: world.executionContextId,
      awaitPromise: true,
      returnByValue: true,
    });
    assert.deepEqual(result.value, [], screen);
  } finally {
    await session.detach();
  }
}
