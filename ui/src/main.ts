import '@fontsource-variable/inter/wght.css';
import './style/tokens.css';
import './style/base.css';

import { mount } from 'svelte';

import { Door } from './api/door';
import { DoorError } from './api/error';
import Window from './components/Window.svelte';
import { browser } from './native/browser';
import { desktop } from './native/desktop';
import { App, firstKey } from './stores/app.svelte';
import { Dialogs } from './stores/dialogs.svelte';
import { closeWindow, quit } from './stores/leaving';

const dialogs = new Dialogs();
const internals = window.__TAURI_INTERNALS__;
const native = internals
  ? desktop(internals, {
      goTo: (terminal) => app.showTerminal(terminal),
      closing: () => void closeWindow(app),
      quitting: () => void quit(app),
    })
  : browser({
      folder: () => dialogs.folder(),
      showPath: (path, at) => dialogs.path(path, at),
      goTo: (terminal) => app.showTerminal(terminal),
      reconnect: () => app.reconnect(),
    });

// What the page knows until the host is found is that it waits for it, and it says so.
const door = new Door({ address: location.origin, token: '' });
const app: App = new App(door, native, dialogs);
mount(Window, { target: document.getElementById('app')!, props: { app } });

// A terminal measures its cells when it opens: the font has to be there by then.
const [key] = await Promise.all([
  firstKey(native),
  document.fonts.load('13px "JetBrains Mono"').catch(() => undefined),
  document.fonts.load('bold 13px "JetBrains Mono"').catch(() => undefined),
]);
if (!(key instanceof DoorError)) {
  door.rekey(key);
  app.start();
} else if (key.status === 401) app.connection.refused(key);
else {
  app.connection.lost(0, key);
  app.start(false);
}
// A machine that woke up, or a page that is looked at again: no waiting for the next attempt.
window.addEventListener('online', () => app.wake());
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && app.wake());
window.addEventListener('focus', () => app.looked());
