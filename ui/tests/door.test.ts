import { beforeEach, describe, expect, it, vi } from 'vitest';

import { Door } from '../src/api/door';
import { DoorError } from '../src/api/error';

const fetched = vi.fn<typeof fetch>();
const door = new Door({ address: 'http://127.0.0.1:7000', token: 'secret' });

function answer(status: number, body: unknown): void {
  fetched.mockResolvedValueOnce(
    new Response(typeof body === 'string' ? body : JSON.stringify(body), { status }),
  );
}

beforeEach(() => {
  fetched.mockReset();
  vi.stubGlobal('fetch', fetched);
});

describe('the door', () => {
  it('asks with the token, and leaves out what is not known', async () => {
    answer(200, { actions: [] });
    await door.actions(null);
    const [url, init] = fetched.mock.calls[0]!;
    expect(url).toBe('http://127.0.0.1:7000/v1/actions');
    expect(new Headers(init?.headers).get('authorization')).toBe('Bearer secret');
  });

  it('names the action by id, scope and project', async () => {
    answer(200, []);
    await door.history({ id: 'a b', scope: 'project', project: '/my repo' });
    expect(fetched.mock.calls[0]![0]).toBe(
      'http://127.0.0.1:7000/v1/actions/a%20b/history?project=%2Fmy+repo&scope=project',
    );
  });

  it('passes the host’s error on', async () => {
    answer(403, { code: 'untrusted', message: 'not trusted yet', hint: 'look first' });
    const error = await door.execute('x', {}).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(DoorError);
    expect(error).toMatchObject({ status: 403, code: 'untrusted', hint: 'look first' });
  });

  it('makes an error of its own from what is not the host’s shape', async () => {
    answer(502, '<html>');
    await expect(door.runs()).rejects.toMatchObject({ status: 502, code: 'unexpected_answer' });
  });

  it('says so when nobody answers', async () => {
    fetched.mockRejectedValueOnce(new TypeError('Failed to fetch'));
    await expect(door.host()).rejects.toMatchObject({ status: 0, code: 'unreachable' });
  });

  it('writes bytes as bytes', async () => {
    answer(200, { bytes: 1 });
    await door.write('t', new Uint8Array([3]));
    const [, init] = fetched.mock.calls[0]!;
    expect(new Headers(init?.headers).get('content-type')).toBe('application/octet-stream');
    expect(init?.body).toEqual(new Uint8Array([3]));
  });
});
