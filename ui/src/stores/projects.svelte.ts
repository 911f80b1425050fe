// The folders that actions run in, and the one that is chosen.

import type { Door } from '../api/door';
import type { ProjectView } from '../api/types';

export class Projects {
  list: ProjectView[] = $state.raw([]);
  /** The chosen project's path; null is "no project": actions run in the home folder. */
  current: string | null = $state(null);
  private chosen = false;
  private asked = 0;

  constructor(
    private readonly door: Door,
    /** Keeps the choice for the next window. */
    private readonly keep: (project: string | null) => void,
  ) {}

  get view(): ProjectView | undefined {
    return this.list.find((project) => project.path === this.current);
  }

  /** Whether the chosen project's folder is no longer where it was: moved, deleted, or on a disk that is away. */
  get gone(): boolean {
    return this.view?.exists === false;
  }

  /** Where the user's own actions run: the chosen project, or none while its folder is gone. */
  get here(): string | null {
    return this.gone ? null : this.current;
  }

  /** The host could not find a project's folder. */
  miss(path: string): void {
    this.list = this.list.map((project) => (project.path === path ? { ...project, exists: false } : project));
  }

  /** Lists them; the first time the project of last time is chosen, also if its folder is gone: that is to be seen. */
  async load(last?: string | null): Promise<void> {
    const question = ++this.asked;
    const list = await this.door.projects();
    // A later question, or a project that was added or forgotten meanwhile, knows better.
    if (question !== this.asked) return;
    this.list = list;
    if (!this.chosen) {
      this.chosen = true;
      const known = this.list.find((project) => project.path === last);
      if (last === null) this.current = null;
      else this.current = (known ?? this.list.find((project) => project.exists))?.path ?? null;
      // The next window comes back to what this one shows, also where nobody has chosen it yet.
      if (this.current !== null && this.current !== last) this.keep(this.current);
    } else if (this.current !== null && !this.view) {
      this.current = null;
    }
  }

  /** Chooses a folder's project and moves it to the front. */
  async choose(folder: string | null): Promise<void> {
    if (folder === null) {
      this.current = null;
    } else {
      const project = await this.door.addProject(folder);
      this.asked += 1;
      this.list = [project, ...this.list.filter((other) => other.path !== project.path)];
      this.current = project.path;
    }
    this.chosen = true;
    this.keep(this.current);
  }

  async forget(path: string): Promise<void> {
    await this.door.removeProject(path);
    this.asked += 1;
    this.list = this.list.filter((project) => project.path !== path);
    if (this.current === path) await this.choose(null);
  }
}
