// Which question is open. A dialog is data with a promise for its answer; components show the last one.

import type { ActionRef } from '../api/door';
import type { ActionView, DeletedAction, Preview } from '../api/types';
import type { Place } from '../native/native';

export interface ConfirmChoice<A extends string = string> {
  value: A;
  label: string;
  tone?: 'primary' | 'danger' | 'plain';
}

/** What the host said to values that were given, and these values, so that nobody types them twice. */
export interface Refused {
  message: string;
  values: Record<string, string>;
}

export type Question =
  | { kind: 'history'; of: ActionRef; label: string; deleted: boolean }
  | { kind: 'deleted'; actions: DeletedAction[] }
  | { kind: 'inputs'; action: ActionView; refused: Refused | undefined }
  | { kind: 'trust'; preview: Preview; purpose: 'run' | 'duplicate' }
  | { kind: 'confirm'; title: string; body: string; quote?: string; choices: ConfirmChoice[] }
  | { kind: 'folder' }
  | { kind: 'path'; path: string; at: Place | undefined }
  | { kind: 'settings' }
  | { kind: 'palette' };

export interface Open<Q extends Question = Question> {
  id: number;
  question: Q;
  /** Closes the dialog; null means that the user changed their mind. */
  answer: (value: unknown) => void;
}

export class Dialogs {
  open: Open[] = $state.raw([]);
  /** What was typed into forms that were left without a run, by the action's file: nobody types it twice. */
  readonly drafts = new Map<string, Record<string, string>>();
  private next = 1;

  ask<A>(question: Question): Promise<A | null> {
    return new Promise((resolve) => {
      const id = this.next++;
      const answer = (value: unknown): void => {
        if (!this.open.some((open) => open.id === id)) return;
        this.open = this.open.filter((open) => open.id !== id);
        resolve(value as A | null);
      };
      this.open = [...this.open, { id, question, answer }];
    });
  }

  inputs(action: ActionView, refused?: Refused): Promise<Record<string, string> | null> {
    return this.ask({ kind: 'inputs', action, refused });
  }

  /** Shows what an untrusted action would type; answers the sha256 that the user accepted. */
  trust(preview: Preview, purpose: 'run' | 'duplicate' = 'run'): Promise<string | null> {
    return this.ask({ kind: 'trust', preview, purpose });
  }

  async confirm<A extends string>(
    title: string,
    body: string,
    choices: ConfirmChoice<A>[],
    quote?: string,
  ): Promise<A | null> {
    return this.ask<A>({ kind: 'confirm', title, body, choices, ...(quote === undefined ? {} : { quote }) });
  }

  folder(): Promise<string | null> {
    return this.ask({ kind: 'folder' });
  }

  path(path: string, at: Place | undefined): void {
    void this.ask({ kind: 'path', path, at });
  }
}
