// What the server knows: scripts of the open documents, tables of other documents and of the job server, live jobs.
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Catalog, Relation } from '../analysis/catalog';
import { joinCatalogs, LayeredCatalog, MapCatalog } from '../analysis/catalogs';
import type { JobsParams, JobStatementText } from '../protocol/languageServer';
import { AnalysisCache } from './analysisCache';
import { buildSteps } from './buildScript';
import { liveJobStates } from './liveJobs/jobStates';
import { knownJobs, type KnownJobs } from './liveJobs/knownJobs';
import { catalogAt, type Script } from './script';
import { serverCatalog } from './serverCatalog';
import { statementTexts, type StatementText } from './statementTexts';

/** A document that was looked at before. */
interface Entry {
  cache: AnalysisCache;
  /** The statements of the version looked at last. */
  texts: { version: number; statements: readonly StatementText[] } | undefined;
  script?: Script;
  version?: number;
  /** The generation of other documents' and the server's tables it was built over. */
  generation?: number;
  /** The build under way: whoever needs the same version waits for the same one. */
  preparing?: { version: number; done: Promise<boolean> };
  /** Tables and views its own statements define, for other documents. */
  exports: readonly Relation[];
  /** The texts that the script was built of. */
  built: ReadonlySet<string>;
}

/** Characters looked at in one go before others get a turn; some 10 ms of new text. */
const sliceLength = 2000;

export class Workspace {
  /** Undefined while nobody told: then nothing is said about jobs. */
  jobs: KnownJobs | undefined;
  private readonly entries = new Map<string, Entry>();
  private server: Catalog = new MapCatalog();
  /** What the live jobs keep. */
  private states: Catalog = new MapCatalog();
  private generation = 0;
  private tablesKey = '';
  private statementsKey = '[]';

  constructor(private readonly documents: () => TextDocument[]) {}

  /** The script of a document's present version. Takes long only for much text not seen before: see `prepare`. */
  script(document: TextDocument): Script {
    const steps = this.build(document);
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
    }
  }

  /** Builds the script in slices. False when the document changed or was closed meanwhile. */
  async prepare(document: TextDocument): Promise<boolean> {
    const entry = this.entryOf(document.uri);
    if (entry.preparing?.version === document.version) return entry.preparing.done;
    const preparing = { version: document.version, done: this.buildInSlices(document) };
    entry.preparing = preparing;
    try {
      return await preparing.done;
    } finally {
      if (entry.preparing === preparing) delete entry.preparing;
    }
  }

  /** Characters of statements that were not in the document before. */
  pendingLength(document: TextDocument): number {
    const { built } = this.entryOf(document.uri);
    return this.textsOf(document).reduce((sum, { text }) => sum + (built.has(text) ? 0 : text.length), 0);
  }

  scripts(): Script[] {
    return this.documents().map((document) => this.script(document));
  }

  /** Every table and view of the open documents and the server. */
  relations(): Iterable<Relation> {
    const exported = [...this.entries.values()].map(({ exports }) => new MapCatalog(exports));
    return joinCatalogs(...exported, this.server).relations();
  }

  /** Takes a snapshot of the live jobs. False when nothing that is shown changed. */
  setJobs(params: JobsParams): boolean {
    const before = this.jobs;
    this.jobs = knownJobs(params);
    const tablesKey = params.tables === undefined ? this.tablesKey : JSON.stringify(params.tables);
    const statementsKey =
      params.statements === undefined ? this.statementsKey : JSON.stringify(params.statements);
    const tablesChanged = tablesKey !== this.tablesKey;
    if (tablesChanged || statementsKey !== this.statementsKey) {
      this.tablesKey = tablesKey;
      this.statementsKey = statementsKey;
      if (tablesChanged && params.tables) this.server = serverCatalog(params.tables);
      this.states = liveJobStates(JSON.parse(statementsKey) as JobStatementText[], this.server);
      this.generation++;
      return true;
    }
    return before === undefined || describe(before) !== describe(this.jobs);
  }

  setJobsUnknown(): void {
    this.jobs = undefined;
    this.statementsKey = '[]';
    this.states = new MapCatalog();
    this.generation++;
  }

  /** A document was closed. */
  forget(uri: string): void {
    const entry = this.entries.get(uri);
    this.entries.delete(uri);
    if (entry !== undefined && entry.exports.length > 0) this.generation++;
  }

  private async buildInSlices(document: TextDocument): Promise<boolean> {
    const { version } = document;
    const steps = this.build(document);
    for (let length = 0; ;) {
      const step = steps.next();
      if (step.done === true) return true;
      length += step.value;
      if (length < sliceLength) continue;
      length = 0;
      await new Promise((resolve) => setImmediate(resolve));
      if (document.version !== version || !this.documents().includes(document)) return false;
    }
  }

  private *build(document: TextDocument): Generator<number, Script> {
    const entry = this.entryOf(document.uri);
    if (
      entry.script !== undefined &&
      entry.version === document.version &&
      entry.generation === this.generation
    ) {
      return entry.script;
    }
    const { version } = document;
    const generation = this.generation;
    const texts = this.textsOf(document);
    const script = yield* buildSteps(document, this.baseOf(document.uri), { cache: entry.cache, texts });
    const exports = ownRelations(script);
    const built = new Set(texts.map(({ text }) => text));
    const changed = !sameItems(exports, entry.exports);
    if (changed) this.generation++;
    // Its own definitions are no reason to build it again; those that changed while it was built are.
    const builtOver = changed && generation === this.generation - 1 ? this.generation : generation;
    Object.assign(entry, { script, version, generation: builtOver, exports, built });
    return script;
  }

  private textsOf(document: TextDocument): readonly StatementText[] {
    const entry = this.entryOf(document.uri);
    if (entry.texts?.version !== document.version) {
      const statements = statementTexts(document.getText(), entry.texts?.statements);
      entry.texts = { version: document.version, statements };
    }
    return entry.texts.statements;
  }

  private entryOf(uri: string): Entry {
    let entry = this.entries.get(uri);
    if (entry === undefined) {
      entry = { cache: new AnalysisCache(), texts: undefined, exports: [], built: new Set() };
      this.entries.set(uri, entry);
    }
    return entry;
  }

  /** Other documents first: what the server has may be an older version of them. */
  private baseOf(uri: string): Catalog {
    const others = [...this.entries].filter(([other]) => other !== uri);
    return joinCatalogs(
      ...others.map(([, { exports }]) => new MapCatalog(exports)),
      this.server,
      this.states,
    );
  }
}

/** What the statements of a script define, its base left out. */
function ownRelations(script: Script): Relation[] {
  const own = catalogAt({ ...script, base: new MapCatalog() }, script.statements.length);
  return own instanceof LayeredCatalog ? [...own.relations()] : [];
}

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}

/** What people see of jobs, but for durations, which go on by themselves. */
function describe({ byName }: KnownJobs): string {
  return JSON.stringify([...byName.values()]);
}
