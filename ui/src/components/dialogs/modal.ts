/** What had the focus before the first of the dialogs that are open. */
let outside: HTMLElement | null = null;

/** Shows a dialog above everything, and gives the focus back when it goes. */
export function modal(dialog: HTMLDialogElement): () => void {
  const at = document.activeElement as HTMLElement | null;
  // A dialog that another one led to gives it back to where that came from.
  if (!at?.closest('dialog') && at !== document.body) outside = at;
  const before = at?.closest('dialog') || at === document.body ? outside : at;
  dialog.showModal();
  return () => {
    dialog.close();
    // The browser gives it back by itself only while the dialog is still in the page.
    const lost = document.activeElement === document.body || document.activeElement === null;
    if (before?.isConnected && lost) before.focus();
  };
}
