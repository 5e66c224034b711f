// What a job must know of the logs it reads before it goes on in them: whether its positions are still there, whether a
// log is another one, what the outside believes of the job. Nothing is changed.
import type { LogPlace, LogState, Positions, Source } from '../connectors/connector';
import { StreamJobsError } from '../protocol/errors';
import type { Checkpoint } from './checkpoint';
import type { JobPositions, PartitionInLog, StreamLog } from './engine';

/** Throws SOURCE_UNAVAILABLE, SOURCE_FAILED, BAD_REQUEST. */
export async function streamLog(
  stream: string,
  source: Source,
  checkpoint: Pick<Checkpoint, 'positions' | 'logs' | 'told'>,
  place?: LogPlace,
): Promise<StreamLog> {
  const state = await stateOf(source);
  const targets = place === undefined ? undefined : await targetsOf(stream, source, place);
  const positions: Positions = checkpoint.positions.get(stream) ?? new Map<number, bigint>();
  const told = checkpoint.told.get(stream);
  const known = checkpoint.logs.get(stream);
  const rangeOf = new Map(state.ranges.map((range) => [range.partition, range]));
  const partitions = [...new Set([...positions.keys(), ...rangeOf.keys()])].sort((a, b) => a - b);
  return {
    stream,
    unit: source.unit ?? 'records',
    recreated: isAnother(known, state.identity),
    ...(known === undefined ? {} : { known }),
    ...(state.identity === undefined ? {} : { identity: state.identity }),
    partitions: partitions.map((partition): PartitionInLog => {
      const range = rangeOf.get(partition);
      const target = targets?.get(partition);
      const toldHere = told?.get(partition);
      return {
        partition,
        position: positions.get(partition) ?? null,
        start: range?.start ?? null,
        end: range?.end ?? null,
        ...(target === undefined ? {} : { target }),
        ...(toldHere === undefined ? {} : { told: toldHere }),
        ...(state.committed === undefined ? {} : { committed: state.committed.get(partition) ?? null }),
      };
    }),
  };
}

/** Throws DATA_LOSS when a stream's log is not the one the checkpoint's positions are of; else keeps its identity. */
export async function checkIdentity(stream: string, source: Source, checkpoint: Checkpoint): Promise<void> {
  const identity = await source.identity?.();
  if (identity === undefined) return;
  if (isAnother(checkpoint.logs.get(stream), identity) === true)
    throw new StreamJobsError(
      'DATA_LOSS',
      `The log of ${stream} is not the one that was read: it was deleted and made again.`,
      { hint: 'RESUME JOB ... ACCEPT DATA LOSS, or FROM EARLIEST or LATEST, goes on in the new one.' },
    );
  checkpoint.logs.set(stream, identity);
}

/** When the oldest of some records of a source was written, epoch ms; null where unknown. */
export async function oldestTime(
  source: Source,
  records: { partition: number; offset: bigint }[],
): Promise<number | null> {
  const asked = records.map(
    async ({ partition, offset }) => (await source.timestampAt?.(partition, offset)) ?? null,
  );
  return oldest(await Promise.all(asked));
}

/** See Watch.horizon: over all streams of a job. Never rejects. */
export async function horizonOf(
  streams: readonly { stream: string; source: Source }[],
  positions: JobPositions,
  coming = false,
): Promise<number | null> {
  const asked = streams.map(async ({ stream, source }) => {
    const from = positions.get(stream) ?? new Map<number, bigint>();
    const at = await source.horizon?.(from, coming).catch(() => null);
    return at ?? null;
  });
  return oldest(await Promise.all(asked));
}

/** The least of the known moments, null where none is known. */
export function oldest(moments: (number | null)[]): number | null {
  const known = moments.filter((at) => at !== null);
  return known.length === 0 ? null : Math.min(...known);
}

function isAnother(known: string | undefined, now: string | undefined): boolean | null {
  return known === undefined || now === undefined ? null : known !== now;
}

async function stateOf(source: Source): Promise<LogState> {
  return source.state ? source.state() : { ranges: await source.ranges() };
}

function targetsOf(stream: string, source: Source, place: LogPlace): Promise<Positions> {
  if (source.offsetsAt) return source.offsetsAt(place);
  throw new StreamJobsError(
    'BAD_REQUEST',
    `${stream} cannot be read from another place than where the job is.`,
  );
}
