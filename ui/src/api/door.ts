// The only way out of the page: every operation of the door, typed, over HTTP.
// Streams and events are in `socket.ts`; who calls what, and when, is decided by the stores.

import { DoorError } from './error';
import type * as T from './types';

/** Where the door is, and what opens it. */
export interface Key {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  address: string;
  token: string;
}

/** Which of two actions with one id is meant, and in which project. */
export interface ActionRef {
  id: string;
  scope: T.Scope;
  project: string | null;
}

type Query = Record<string, string | null | undefined>;

export class Door {
  constructor(private key: Key) {}

  /** Takes the address and token of a host that was started anew. */
  rekey(key: Key): void {
    this.key = key;
  }

  /** Opens a WebSocket below the door's address, with the token as a subprotocol. */
  socket(path: string): WebSocket {
    const url = this.key.address.replace(/^http/, 'ws') + path;
    const socket = new WebSocket(url, ['ai-orchestrator.v1', `bearer.${this.key.token}`]);
    socket.binaryType = 'arraybuffer';
    return socket;
  }

  actions = (project: string | null) => this.get<T.ActionList>('/v1/actions', { project });
  action = (of: ActionRef) => this.get<T.ActionDetail>(path(of), where(of));
  preview = (id: string, body: T.PreviewRequest) =>
    this.post<T.Preview>(`/v1/actions/${encodeURIComponent(id)}/preview`, body);
  execute = (id: string, body: T.ExecuteRequest) =>
    this.post<T.RunView>(`/v1/actions/${encodeURIComponent(id)}/execute`, body);
  deleteAction = (of: ActionRef) => this.send<T.Undo>('DELETE', path(of), where(of));
  history = (of: ActionRef) => this.get<T.Version[]>(`${path(of)}/history`, where(of));
  version = (of: ActionRef, timestamp: string) =>
    this.get<T.VersionContent>(`${path(of)}/history/${encodeURIComponent(timestamp)}`, where(of));
  restore = (of: ActionRef, timestamp: string) =>
    this.post<T.Undo>(`${path(of)}/restore`, {
      timestamp,
      project: of.project,
      scope: of.scope,
    } satisfies T.RestoreRequest);
  reset = (id: string) => this.send<T.Undo>('POST', `/v1/actions/${encodeURIComponent(id)}/reset`);
  /** `trust` is the sha256 of a project's file that the user accepted. */
  duplicate = (of: ActionRef, trust?: string) =>
    this.send<T.ActionView>('POST', `${path(of)}/duplicate`, { ...where(of), trust });
  createTemplate = (body: T.CreateRequest) => this.post<T.ActionView>('/v1/actions-template', body);
  createAction = (body: T.CreateRequest) => this.post<T.TerminalView>('/v1/create-action', body);

  terminals = () => this.get<T.TerminalView[]>('/v1/terminals');
  terminal = (id: string) => this.get<T.TerminalView>(`/v1/terminals/${id}`);
  spawn = (body: T.SpawnRequest) => this.post<T.TerminalView>('/v1/terminals', body);
  tellColours = (colours: T.Colours) => this.post<T.Colours>('/v1/colours', colours, 'PUT');
  codenames = () => this.get<T.CodenamesView>('/v1/codenames');
  kill = (id: string) => this.send<T.KillReport>('DELETE', `/v1/terminals/${id}`);
  screen = (id: string) => this.get<T.ScreenView>(`/v1/terminals/${id}/screen`);
  write = (id: string, bytes: Uint8Array<ArrayBuffer>) =>
    this.request<T.WriteReport>(`/v1/terminals/${id}/write`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: bytes,
    });

  runs = () => this.get<T.RunView[]>('/v1/runs');
  cancel = (id: string) => this.send<T.RunView>('POST', `/v1/runs/${id}/cancel`);

  projects = () => this.get<T.ProjectView[]>('/v1/projects');
  addProject = (folder: string) => this.post<T.ProjectView>('/v1/projects', { path: folder });
  removeProject = (folder: string) => this.send<unknown>('DELETE', '/v1/projects', { path: folder });

  config = () => this.get<T.ConfigView>('/v1/config');
  changeConfig = (changes: Record<string, unknown>) =>
    this.post<T.ConfigView>('/v1/config', changes, 'PATCH');
  layout = () => this.get<T.KeptLayout | null>('/v1/layout');
  keepLayout = (layout: T.KeptLayout) => this.post<T.KeptLayout>('/v1/layout', layout, 'PUT');

  host = () => this.get<T.HostStatus>('/v1/host');
  /** Ends the host with all that runs in its terminals. */
  stopHost = () => this.post<T.HostStatus>('/v1/host/stop', { force: true });

  private get<A>(path: string, query?: Query): Promise<A> {
    return this.send('GET', path, query);
  }

  private send<A>(method: string, path: string, query: Query = {}): Promise<A> {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (value !== null && value !== undefined) search.set(name, value);
    }
    const text = search.toString();
    return this.request(text ? `${path}?${text}` : path, { method });
  }

  private post<A>(path: string, body: unknown, method = 'POST'): Promise<A> {
    return this.request(path, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  private async request<A>(path: string, init: RequestInit): Promise<A> {
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${this.key.token}`);
    let response: Response;
    try {
      response = await fetch(this.key.address + path, { ...init, headers, cache: 'no-store' });
    } catch {
      throw DoorError.unreachable();
    }
    const text = await response.text();
    if (response.ok) return (text ? JSON.parse(text) : undefined) as A;
    throw new DoorError(response.status, errorBody(text, response));
  }
}

function path(of: ActionRef): string {
  return `/v1/actions/${encodeURIComponent(of.id)}`;
}

function where(of: ActionRef): Query {
  return { project: of.project, scope: of.scope };
}

/** The door's own error shape, or one made from the status where something else answered. */
function errorBody(text: string, response: Response): T.ErrorBody {
  try {
    const body = JSON.parse(text) as Partial<T.ErrorBody>;
    if (typeof body.code === 'string' && typeof body.message === 'string') return body as T.ErrorBody;
  } catch {
    // Not JSON: a proxy, or a host that is on its way down.
  }
  return {
    code: 'unexpected_answer',
    message: `the host answered ${response.status} ${response.statusText}`.trim(),
  };
}
