// Keeps a statement's tree for as long as its text is in the document, and what the analysis found in it for as long
// as everything it looked up stays the same too: an edit costs the edited statement and those that depend on it.
import type { Catalog, JobState, Relation } from '../analysis/catalog';
import type { LayeredCatalog } from '../analysis/catalogs';
import { analyzeStatement, type StatementFacts } from '../analysis/facts';
import type { Statement } from '../syntax/ast';
import { parseStatement, type ParsedText } from '../syntax/script';

/** A long text is parsed each time unless it is kept here; for the others the parser has a cache. */
interface Parsed {
  result: ParsedText;
  round: number;
}

/** What a statement is analysed over: the catalog and settings that the ones before it leave. */
export interface Context {
  catalog: LayeredCatalog;
  pipelineName: string | undefined;
  /** Stands for all names of the catalog and how they came: other names, other number. */
  names: number;
}

interface Entry {
  facts: StatementFacts;
  pipelineName: string | undefined;
  /** What each name that was looked up meant. */
  lookups: ReadonlyMap<string, Relation | undefined>;
  /** What each job that was looked into keeps. */
  states: ReadonlyMap<string, JobState | undefined>;
  /** Whether each name that was asked for was defined above. */
  definedAbove: ReadonlyMap<string, boolean>;
  /** The names there were, where the analysis went through them (for "did you mean"). */
  names: number | undefined;
  /** The round it was last used in. */
  round: number;
}

/** One for each document. A round is one pass over its statements; what a round did not use is dropped at its end. */
export class AnalysisCache {
  private readonly entries = new Map<string, Entry>();
  private readonly parses = new Map<string, Parsed>();
  private round = 0;

  parse(text: string): ParsedText {
    const result = this.parses.get(text)?.result ?? parseStatement(text);
    this.parses.set(text, { result, round: this.round });
    return result;
  }

  facts(statement: Statement, text: string, context: Context): StatementFacts {
    const { catalog, pipelineName } = context;
    const known = this.entries.get(text);
    if (known !== undefined && holds(known, context)) {
      known.round = this.round;
      return known.facts;
    }
    const recording = new RecordingCatalog(catalog);
    const facts = analyzeStatement(statement, text, recording, {
      definedAbove: (name) => recording.definedAbove(name),
      ...(pipelineName === undefined ? {} : { pipelineName }),
    });
    const { lookups, states, above: definedAbove } = recording;
    const names = recording.listed ? context.names : undefined;
    this.entries.set(text, { facts, pipelineName, lookups, states, definedAbove, names, round: this.round });
    return facts;
  }

  /** Ends a round. */
  sweep(): void {
    for (const [text, { round }] of this.entries) if (round !== this.round) this.entries.delete(text);
    for (const [text, { round }] of this.parses) if (round !== this.round) this.parses.delete(text);
    this.round++;
  }
}

/** Notes what the analysis asks. */
class RecordingCatalog implements Catalog {
  readonly lookups = new Map<string, Relation | undefined>();
  readonly states = new Map<string, JobState | undefined>();
  readonly above = new Map<string, boolean>();
  listed = false;

  constructor(private readonly catalog: LayeredCatalog) {}

  relation(name: string): Relation | undefined {
    const found = this.catalog.relation(name);
    this.lookups.set(name, found);
    return found;
  }
  jobState(name: string): JobState | undefined {
    const found = this.catalog.jobState(name);
    this.states.set(name, found);
    return found;
  }
  relations(): Iterable<Relation> {
    this.listed = true;
    return this.catalog.relations();
  }
  definedAbove(name: string): boolean {
    const defined = this.catalog.defines(name);
    this.above.set(name, defined);
    return defined;
  }
}

function holds(entry: Entry, { catalog, pipelineName, names }: Context): boolean {
  if (entry.pipelineName !== pipelineName) return false;
  for (const [name, relation] of entry.lookups) if (catalog.relation(name) !== relation) return false;
  for (const [name, state] of entry.states) if (catalog.jobState(name) !== state) return false;
  for (const [name, defined] of entry.definedAbove) if (catalog.defines(name) !== defined) return false;
  return entry.names === undefined || entry.names === names;
}
