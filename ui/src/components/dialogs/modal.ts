/** Shows a dialog above everything, and gives the focus back when it goes. */
export function modal(dialog: HTMLDialogElement): () => void {
  const before = document.activeElement as HTMLElement | null;
  dialog.showModal();
  return () => {
    dialog.close();
    // The browser gives it back by itself only while the dialog is still in the page.
    const lost = document.activeElement === document.body || document.activeElement === null;
    if (before?.isConnected && lost) before.focus();
  };
}
