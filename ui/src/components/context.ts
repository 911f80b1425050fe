import { createContext } from 'svelte';

import type { App } from '../stores/app.svelte';

/** Every component's way to the stores. */
export const [useApp, provideApp] = createContext<App>();
