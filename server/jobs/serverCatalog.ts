// The server's tables and views: what statements may name, kept in the store as the statements that make them.
import type { Catalog, Relation } from '../analysis/catalog';
import { MapCatalog } from '../analysis/catalogs';
import { defineRelation } from '../analysis/relations';
import { nearestName } from '../analysis/suggest';
import { messages } from './messages';
import type { Lookup } from '../syntax/placeholders';
import { understandAsWritten, understandDefinition } from './scripts';
import type { RelationRecord, Store } from './store';
import { recording } from './usedRelations';

/** What a statement calls a relation. */
export type RelationWord = 'table' | 'stream' | 'view';

export class ServerCatalog {
  private readonly map = new MapCatalog();
  /** What each view reads, views within views included. */
  private readonly viewReads = new Map<string, ReadonlySet<string>>();
  private count = 0;

  constructor(
    private readonly store: Store,
    private readonly relationsMax: number,
  ) {}

  get catalog(): Catalog {
    return this.map;
  }

  find(name: string): Relation | undefined {
    return this.map.relation(name);
  }

  /** All of one kind; in the order of their names. */
  list(kind?: Relation['kind']): Relation[] {
    return [...this.map.relations()]
      .filter((relation) => kind === undefined || relation.kind === kind)
      .sort((a, b) => a.name.localeCompare(b.name));
  }

  /** @throws StreamJobsError TABLE_NOT_FOUND, with the nearest name */
  get(name: string, word: RelationWord = 'table'): Relation {
    const found = this.map.relation(name);
    if (found !== undefined) return found;
    const near = nearestName(
      name,
      [...this.map.relations()].map((relation) => relation.name),
    );
    throw messages.tableNotFound(name, word, near === undefined ? [] : [near]);
  }

  /** Views that read a relation. */
  viewsUsing(name: string): string[] {
    return [...this.viewReads].filter(([, reads]) => reads.has(name)).map(([view]) => view);
  }

  /** What a relation reads besides itself: of a view, the relations in its query. */
  readsOf(name: string): ReadonlySet<string> {
    return this.viewReads.get(name) ?? new Set();
  }

  /**
   * Makes a relation known, durably.
   * @throws StreamJobsError TABLE_EXISTS, STORAGE
   */
  async add(relation: Relation, reads: ReadonlySet<string>, record: RelationRecord): Promise<void> {
    const existing = this.map.relation(relation.name);
    if (existing !== undefined) throw messages.tableExists(relation.name, existing.kind);
    if (this.count >= this.relationsMax) throw messages.tooManyTables(this.relationsMax);
    this.put(relation, reads);
    try {
      await this.store.write([{ kind: 'relation', record }]);
    } catch (error) {
      this.take(relation.name);
      throw error;
    }
  }

  /** Forgets a relation, durably. Whether it is used was checked. @throws StreamJobsError STORAGE */
  async remove(relation: Relation): Promise<void> {
    const reads = this.readsOf(relation.name);
    this.take(relation.name);
    try {
      await this.store.write([{ kind: 'dropRelation', name: relation.name }]);
    } catch (error) {
      this.put(relation, reads);
      throw error;
    }
  }

  /**
   * Takes in a relation from the store. A placeholder that nothing fills stays as written: whoever uses the table
   * then hears of it. Returns what is wrong, if anything.
   */
  restore(record: RelationRecord, lookup: Lookup): string | undefined {
    let wrong: string | undefined;
    let statement;
    try {
      statement = understandDefinition(record.statement, lookup);
    } catch (error) {
      wrong = error instanceof Error ? error.message : String(error);
      statement = understandAsWritten(record.statement);
    }
    if (statement === undefined) return wrong;
    const looking = recording(this.map);
    const { relation } = defineRelation(statement, record.statement, looking);
    this.put(relation, looking.used);
    return wrong;
  }

  private put(relation: Relation, reads: ReadonlySet<string>): void {
    this.map.add(relation);
    this.count += 1;
    if (relation.kind === 'view') this.viewReads.set(relation.name, new Set(reads));
  }

  private take(name: string): void {
    if (this.map.remove(name)) this.count -= 1;
    this.viewReads.delete(name);
  }
}
