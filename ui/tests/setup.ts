import '@testing-library/jest-dom/vitest';

// What jsdom doesn't have: modal dialogs, media queries, observers, animation of fonts.
HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
  this.open = true;
};
HTMLDialogElement.prototype.close ??= function (this: HTMLDialogElement) {
  this.open = false;
};
Element.prototype.scrollIntoView ??= () => undefined;
window.matchMedia ??= (query: string) =>
  ({
    matches: false,
    media: query,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  }) as never;
globalThis.ResizeObserver ??= class {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
};
globalThis.IntersectionObserver ??= class {
  observe(): void {}
  disconnect(): void {}
} as never;
// xterm asks for a canvas to read colours; without one it takes its defaults.
HTMLCanvasElement.prototype.getContext = () => null;
