import type { Key } from '../api/door';
import { DoorError } from '../api/error';
import type { Ask, Native } from './native';

const TOKEN = 'ai-orchestrator.token';

/** A browser on the host's own page: the token came in the address, folders are typed. */
export function browser(ask: Ask): Native {
  // The address of a host that was started anew, pasted into this tab, changes only the fragment: the page stays,
  // with all that was typed into it.
  window.addEventListener('hashchange', () => location.hash.includes('token=') && ask.reconnect());
  return {
    desktop: false,
    door: async () => key(),
    pickFolder: () => ask.folder(),
    openInEditor: async (path, at) => {
      ask.showPath(path, at);
      return null;
    },
    mayNotify,
    askToNotify: async () => (mayNotify() === 'default' ? Notification.requestPermission() : mayNotify()),
    notify: async (title, body, terminal) => {
      if (mayNotify() !== 'granted') return;
      const shown = new Notification(title, { body, tag: terminal });
      shown.addEventListener('click', () => {
        window.focus();
        ask.goTo(terminal);
        shown.close();
      });
    },
    openAddress: (url) => void window.open(url, '_blank', 'noopener,noreferrer'),
    tellTerminals: () => undefined,
    closeWindow: () => undefined,
    keepWindow: () => undefined,
    quit: () => undefined,
  };
}

function mayNotify(): NotificationPermission {
  return 'Notification' in window ? Notification.permission : 'denied';
}

/** Takes the token out of the address, so that it is in no history, bookmark or screenshot. */
function key(): Key {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const fresh = fragment.get('token');
  if (fresh) {
    sessionStorage.setItem(TOKEN, fresh);
    history.replaceState(null, '', location.pathname + location.search);
  }
  const token = sessionStorage.getItem(TOKEN);
  if (!token) {
    throw new DoorError(401, {
      code: 'no_token',
      message: 'this address carries no token',
    });
  }
  return { address: location.origin, token };
}
