// The folders that actions run in, and the one that is chosen.

import type { Door } from '../api/door';
import type { ProjectView } from '../api/types';

export class Projects {
  list: ProjectView[] = $state.raw([]);
  /** The chosen project's path; null is "no project": actions run in the home folder. */
  current: string | null = $state(null);
  private chosen = false;

  constructor(
    private readonly door: Door,
    /** Keeps the choice for the next window. */
    private readonly keep: (project: string | null) => void,
  ) {}

  get view(): ProjectView | undefined {
    return this.list.find((project) => project.path === this.current);
  }

  /** Lists them; the first time the project of last time is chosen, if its folder is still there. */
  async load(last?: string | null): Promise<void> {
    this.list = await this.door.projects();
    if (!this.chosen) {
      this.chosen = true;
      const there = this.list.filter((project) => project.exists);
      if (last === null) this.current = null;
      else this.current = (there.find((project) => project.path === last) ?? there[0])?.path ?? null;
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
      this.list = [project, ...this.list.filter((other) => other.path !== project.path)];
      this.current = project.path;
    }
    this.chosen = true;
    this.keep(this.current);
  }

  async forget(path: string): Promise<void> {
    await this.door.removeProject(path);
    this.list = this.list.filter((project) => project.path !== path);
    if (this.current === path) await this.choose(null);
  }
}
