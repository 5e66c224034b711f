// Which tables and views a statement uses, views within views included: those that are looked up to understand it.
import type { Catalog } from '../analysis/catalog';

export interface RecordingCatalog extends Catalog {
  /** Names looked up so far that there are. */
  readonly used: ReadonlySet<string>;
}

export function recording(catalog: Catalog): RecordingCatalog {
  const used = new Set<string>();
  return {
    used,
    relation: (name) => {
      const found = catalog.relation(name);
      if (found !== undefined) used.add(name);
      return found;
    },
    relations: () => catalog.relations(),
  };
}
