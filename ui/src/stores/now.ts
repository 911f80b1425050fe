import { createSubscriber } from 'svelte/reactivity';

const subscribe = createSubscriber((update) => {
  const timer = setInterval(update, 1000);
  return () => clearInterval(timer);
});

/** The time, read reactively: it moves each second, and only while something on the page shows it. */
export function now(): number {
  subscribe();
  return Date.now();
}
