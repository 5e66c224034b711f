// What can be asked of an open job: where it stands in its logs, what comes next, its state and dead letters. Nothing of
// it touches the loop or its transaction.
import type { LogPlace, Source } from '../connectors/connector';
import type { JobPlan, PreviewPlan } from '../analysis/plan';
import type { Checkpoint } from './checkpoint';
import { newestDeadLetters } from './deadLetterTable';
import type {
  DeadLetter,
  JobPositions,
  NextRecord,
  PartitionProgress,
  PeekRequest,
  StateRows,
  StreamLog,
} from './engine';
import { horizonOf, streamLog } from './logs';
import { nextRecords } from './peek';
import { partitionProgress } from './progress';
import type { PipelineSpec, Session } from './session';
import { queryState } from './stateQuery';

export abstract class PipelineViews {
  constructor(
    protected readonly spec: PipelineSpec,
    protected readonly session: Session,
  ) {}

  /** The last durable one. */
  protected abstract get checkpoint(): Checkpoint;
  abstract positions(): JobPositions;

  progress(): Promise<PartitionProgress[]> {
    const { positions } = this.checkpoint;
    const asked = this.#streams().map(({ name, source }) => partitionProgress(name, source, positions));
    return Promise.all(asked).then((found) => found.flat());
  }

  peek(request: PeekRequest): Promise<NextRecord[]> {
    return nextRecords(this.#streams(), this.positions(), request);
  }

  queryState(job: JobPlan, plan: PreviewPlan, rowsMax: number, signal: AbortSignal): Promise<StateRows> {
    const { database } = this.session;
    const bounds = { rowsMax, now: this.spec.clock.now() };
    return database.reading((reader) => queryState(reader, job, plan, bounds), signal);
  }

  deadLetters(max: number, bytesMax: number): Promise<DeadLetter[]> {
    return this.session.database.reading((reader) => newestDeadLetters(reader, max, bytesMax));
  }

  async logs(place?: LogPlace): Promise<StreamLog[]> {
    const { outgoing, told } = this.session;
    const { outputs, letterSinks = [] } = this.spec;
    const sinks = [...outputs.map(({ sink }) => sink), ...letterSinks];
    const known = { ...this.checkpoint, told };
    const [logs] = await Promise.all([
      Promise.all(this.#streams().map(({ name, source }) => streamLog(name, source, known, place))),
      outgoing?.publishing.check(),
      ...sinks.map((sink) => sink?.check?.()),
    ]);
    return logs;
  }

  horizon(coming = false): Promise<number | null> {
    const streams = this.#streams().map(({ name, source }) => ({ stream: name, source }));
    return horizonOf(streams, this.checkpoint.positions, coming);
  }

  /** In the plan's order. */
  #streams(): { name: string; source: Source }[] {
    const { sources } = this.session;
    return this.spec.scans.flatMap(({ table }, index) => {
      const source = sources[index];
      return source ? [{ name: table.name, source }] : [];
    });
  }
}
