// What the server remembers of its jobs and tables, and the seam to where it is kept.
import type { JobPositions, PipelineCounters, Reposition } from '../engine/engine';
import type {
  DesiredState,
  JobErrorInfo,
  OffsetText,
  PauseEvent,
  PositionMove,
  VersionBrief,
} from '../protocol/jobs';

/** A job as journalled. Times are epoch milliseconds. */
export interface JobRecord {
  name: string;
  version: string;
  /** The statement that started it, as written. */
  statement: string;
  /** SET options and placeholder values in force then; never secrets. */
  settings: Record<string, string>;
  startedAt: number;
  /** Who started it; records of earlier versions of the server do not say. */
  startedBy?: string;
  desired: DesiredState;
  /** Who wanted it paused and why: journalled with the desire, before the pause itself. */
  pauseRequest?: PauseRequest | undefined;
  /** It processes a given number of records and is then paused: gone when it is paused or ended. */
  step?: Step | undefined;
  /** Set once it is stopped or failed, and gone when it is started again. */
  ended?: { state: 'stopped' | 'failed'; at: number; reason?: string; error?: JobErrorInfo } | undefined;
  /** What the job's own checkpoint says, while nothing can change it (JobJournal sees to that): a server that starts
   *  need not open the databases of its paused jobs. Absent where nobody knows. */
  checkpoint?: RestingPoint | undefined;
  /** Its database was made, and had committed so many batches when that was last noted; never gone again. Absent where
   *  nobody knows. */
  begun?: { batches: number };
  /** Being dropped: whatever a crash left of it goes at the next start. */
  dropping?: true;
  /** Where it goes on instead of where its checkpoint says: applied whenever it is opened, gone once it reads. */
  move?: JobMove | undefined;
  /** How many moves there were: the number of the last one. */
  moves?: number;
  /** How often it was paused and resumed since it was first started. */
  pauses: number;
  resumes: number;
  /** The last versions, in the order they were first deployed; absent while there was only one. */
  versions?: VersionRecord[];
  /** Another version that runs in the same pipeline, for some of the keys. */
  canary?: CanaryRecord | undefined;
  /** Which of its databases it runs on: 0, the first one, when absent. */
  database?: number;
  /** Databases of other versions that may still be there: made or left by a deployment, gone when it has ended. */
  spareDatabases?: number[];
}

/** RESUME ... FOR n RECORDS. */
export interface Step {
  records: number;
  /** What the job's `recordsIn` is when they are processed. */
  target: number;
  by: string;
}

/** Where a job that does not run stands, and what it has counted. */
export interface RestingPoint {
  /** Stream, partition, next offset. */
  positions: [string, number, OffsetText][];
  counters: PipelineCounters;
}

export function positionsOf({ positions }: RestingPoint): JobPositions {
  const streams: JobPositions = new Map();
  for (const [stream, partition, position] of positions) {
    const partitions = streams.get(stream) ?? new Map<number, bigint>();
    streams.set(stream, partitions.set(partition, BigInt(position)));
  }
  return streams;
}

/** A version that has `percent` of the keys; the job's own has the others. */
export interface CanaryRecord extends Pick<VersionRecord, 'version' | 'statement' | 'settings'> {
  percent: number;
}

/** A version of a job, and what became of it. */
export interface VersionRecord {
  version: string;
  statement: string;
  settings: Record<string, string>;
  /** When it last became the one that runs, or was to. */
  deployedAt: number;
  by: string;
  strategy: VersionStrategy;
  state: VersionState;
  /** What was said of it. */
  note?: string;
}
export type VersionStrategy = 'start' | 'replace' | 'blue-green' | 'canary' | 'rollback';
/** `deploying` is on its way, and `failed` if the server ends meanwhile. `previous` can be rolled back to. */
export type VersionState = VersionBrief['state'];

/** A job that is put elsewhere in its logs, and what the history will say of it. */
export interface JobMove {
  to: Reposition;
  /** Where it stood. */
  back: Reposition['streams'];
  moved: PositionMove[];
  notes: string[];
}

export interface PauseRequest {
  at: number;
  by: string;
  reason?: string;
  /** When it resumes by itself. */
  until?: number;
  /** Of PAUSE ... FOR: counted on the clock that never jumps while this process lives. */
  forMs?: number;
}

/** One pause; `number` counts up from 1 over the job's life. */
export interface PauseRecord {
  number: number;
  event: PauseEvent;
}

/** A table or view: the statement that makes it again. */
export interface RelationRecord {
  name: string;
  statement: string;
  settings: Record<string, string>;
}

export interface StoreContents {
  jobs: { record: JobRecord; pauses: PauseRecord[] }[];
  /** In the order they were made. */
  relations: RelationRecord[];
}

/** One change. A write of several is all or nothing. */
export type StoreChange =
  | { kind: 'job'; record: JobRecord }
  /** Adds or replaces a pause of a job that is there; those numbered below `keepFrom` may be forgotten. */
  | { kind: 'pause'; job: string; pause: PauseRecord; keepFrom: number }
  | { kind: 'dropJob'; name: string }
  | { kind: 'relation'; record: RelationRecord }
  | { kind: 'dropRelation'; name: string };

export interface Store {
  load(): Promise<StoreContents>;
  /** Resolves when the changes are durable. @throws StreamJobsError STORAGE: none of them happened */
  write(changes: StoreChange[]): Promise<void>;
  /** Idempotent; writes under way are finished. */
  close(): Promise<void>;
}
