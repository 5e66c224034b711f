// Catalogs in memory: one of its own, and one laid over another.
import type { Catalog, JobState, Relation } from './catalog';

/** Relations by name; later ones replace earlier ones of the same name. */
export class MapCatalog implements Catalog {
  readonly #relations = new Map<string, Relation>();

  constructor(relations: Iterable<Relation> = []) {
    for (const relation of relations) this.add(relation);
  }
  relation(name: string): Relation | undefined {
    return this.#relations.get(name);
  }
  relations(): Iterable<Relation> {
    return this.#relations.values();
  }
  add(relation: Relation): void {
    this.#relations.set(relation.name, relation);
  }
  remove(name: string): boolean {
    return this.#relations.delete(name);
  }
}

/** What a script defines and drops, over a catalog that it leaves as it is. */
export class LayeredCatalog implements Catalog {
  readonly #own = new MapCatalog();
  readonly #dropped = new Set<string>();
  readonly #states = new Map<string, JobState | undefined>();

  constructor(private readonly base: Catalog) {}

  relation(name: string): Relation | undefined {
    return this.#own.relation(name) ?? (this.#dropped.has(name) ? undefined : this.base.relation(name));
  }
  *relations(): Iterable<Relation> {
    yield* this.#own.relations();
    for (const relation of this.base.relations())
      if (!this.#own.relation(relation.name) && !this.#dropped.has(relation.name)) yield relation;
  }
  add(relation: Relation): void {
    this.#own.add(relation);
    this.#dropped.delete(relation.name);
  }
  remove(name: string): void {
    this.#own.remove(name);
    this.#dropped.add(name);
  }
  /** A job that exists keeps what it keeps, whatever a statement that is not run says. */
  jobState(name: string): JobState | undefined {
    return this.base.jobState?.(name) ?? this.#states.get(name);
  }
  /** What a job of this layer keeps; undefined when that is not known. */
  setJobState(name: string, state: JobState | undefined): void {
    this.#states.set(name, state);
  }
  /** Whether the name is defined in this layer itself. */
  defines(name: string): boolean {
    return this.#own.relation(name) !== undefined;
  }
}

/** Several catalogs as one; the first that knows a name counts. */
export function joinCatalogs(...catalogs: Catalog[]): Catalog {
  return {
    relation: (name) => {
      for (const catalog of catalogs) {
        const found = catalog.relation(name);
        if (found) return found;
      }
      return undefined;
    },
    jobState: (name) => {
      for (const catalog of catalogs) {
        const found = catalog.jobState?.(name);
        if (found) return found;
      }
      return undefined;
    },
    *relations() {
      const seen = new Set<string>();
      for (const catalog of catalogs)
        for (const relation of catalog.relations()) {
          if (seen.has(relation.name)) continue;
          seen.add(relation.name);
          yield relation;
        }
    },
  };
}
