// The closed list of crash points: every durable write a job server makes, by name, and the request that brings the
// server there. A write that is not in the list fails the test that finds it.

/** A request of a client, or a wait for records. */
export type Verb =
  | ('start' | 'startPaused' | 'read' | 'pause' | 'resume' | 'step' | 'stop' | 'restart' | 'drop')
  | ('deploy' | 'deployBeside' | 'canary' | 'promote' | 'rollback' | 'retry');

/** What a round does to come to a point; `open` is the server's start, `shutdown` its end in good order. */
export type Reach = Verb | 'open' | 'shutdown' | 'changeVersion';

export const points = {
  // The server's own database and files.
  'server database made': 'open',
  'process id noted': 'open',
  'address written': 'open',
  'address told': 'open',
  'address taken back': 'shutdown',
  'process id removed': 'shutdown',
  'database closed': 'shutdown',
  // The journal, by what an entry means.
  'table journalled': 'start',
  'start wanted': 'start',
  'database noted': 'start',
  'pause wanted': 'pause',
  'pause journalled': 'pause',
  'resume journalled': 'resume',
  'stop journalled': 'stop',
  'restart wanted': 'restart',
  'drop wanted': 'drop',
  'job forgotten': 'drop',
  // A job's database and files.
  'job database made': 'start',
  'checkpoint committed': 'read',
  'log begin written': 'start',
  'log begin kept': 'start',
  'file length written': 'start',
  'file length kept': 'start',
  'file length removed': 'read',
  'rows written': 'read',
  'rows synced': 'read',
  'rows cut back': 'read',
  'job file deleted': 'drop',
  // Steps, versions, dead letters.
  'step wanted': 'step',
  // An old version goes on while its successor catches up.
  'going on journalled': 'deployBeside',
  'version announced': 'deploy',
  'database announced': 'rollback',
  'version given up': 'open',
  'state copied': 'changeVersion',
  'state copy synced': 'changeVersion',
  'state carried over': 'changeVersion',
  'state written back': 'changeVersion',
  'version journalled': 'deploy',
  'swap journalled': 'deployBeside',
  'canary journalled': 'canary',
  'rollback journalled': 'rollback',
  'version database deleted': 'changeVersion',
  'spare databases forgotten': 'changeVersion',
  'dead letters stored': 'read',
  'dead letters settled': 'retry',
  // Publishing to a cluster: a job's outbox, and the requests of its transactions.
  'outbox made': 'start',
  'outbox stored': 'read',
  'producer id asked': 'restart',
  'offsets joined': 'read',
  'offsets sent': 'read',
  'partitions joined': 'read',
  'rows sent': 'read',
  'transaction ended': 'read',
} as const satisfies Record<string, Reach>;

export type Point = keyof typeof points;

/** By api key: InitProducerId, AddOffsetsToTxn, TxnOffsetCommit, AddPartitionsToTxn, Produce, EndTxn. */
export const requestPoints: ReadonlyMap<number, Point> = new Map([
  [22, 'producer id asked'],
  [25, 'offsets joined'],
  [28, 'offsets sent'],
  [24, 'partitions joined'],
  [0, 'rows sent'],
  [26, 'transaction ended'],
]);

/** Requests of transactions without rows, too. */
export const ofEachTransaction: readonly Point[] = ['offsets joined', 'offsets sent', 'transaction ended'];

/** Points that only a job comes to that publishes to a cluster. */
export const publishingPoints: readonly Point[] = ['outbox made', 'outbox stored', ...requestPoints.values()];

/** Those that need no cluster. */
export const pointNames = (Object.keys(points) as Point[]).filter(
  (point) => !publishingPoints.includes(point),
);

/** Only a crash somewhere else brings a server to these. */
export const precursors: Partial<Record<Point, Pick<Blow, 'point' | 'reach' | 'passage'>>> = {
  // Files are synced when they are opened too, with no rows yet.
  'rows cut back': { point: 'rows synced', reach: 'read', passage: 4 },
  'version given up': { point: 'version announced', reach: 'deploy', passage: 1 },
};

/** Where in a write it happens; in the middle of it, a file has half of the bytes. */
export const moments = ['before', 'during', 'after'] as const;
export type Moment = (typeof moments)[number];

/** What a process does to itself at a point. */
export interface Blow {
  point: Point;
  /** Another way to the point than the usual one. */
  reach?: Reach;
  moment: Moment;
  /** Which passage of the point, from 1. */
  passage: number;
  signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT';
  /** How far into a write that has no bytes to halve, in microseconds. */
  delayUs: number;
}

/** A line of the trace a server process leaves, in the order things happened. */
export type TraceLine =
  | { passed: Point }
  /** A durable write nobody named. */
  | { unknown: string }
  /** An entry of the journal, before it is written and when it is durable. */
  | { journal: 'writing' | 'durable'; entry: JournalEntry }
  | { struck: Point };

export interface JournalEntry {
  job: string;
  /** Null when the entry forgets the job. */
  desired: string | null;
  ended?: string;
  dropping?: boolean;
  pauses: number;
  resumes: number;
  /** Whether its database is known to be there. */
  begun?: boolean;
  /** Whether a step is under way. */
  step?: boolean;
  version?: string;
  canary?: string;
  /** Whether a version is on its way. */
  deploying?: boolean;
  /** Databases of other versions. */
  spares?: number;
}

/** Environment variables of a server process under test. */
export const blowVariable = 'CRASH_TEST_BLOW';
export const traceVariable = 'CRASH_TEST_TRACE';
/** The port of the cluster whose requests are crash points. */
export const brokerVariable = 'CRASH_TEST_BROKER_PORT';
