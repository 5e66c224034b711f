// Where a source starts and ends, and whether the log still holds what it has to read.
import { StreamJobsError } from '../../protocol/errors';
import { offsetAt } from '../connector';
import type { PartitionRange, Positions, RecordBatch } from '../connector';
import type { ClusterReader } from './clusterReader';
import type { KafkaSettings } from './settings';

/** Offsets for partitions where they are known: committed ones, those of a moment, those written in the options. */
export type KnownOffsets = Map<number, bigint>;

/** Where the partitions of a topic begin at the first start, by its startup mode. */
export interface StartupRule {
  known: KnownOffsets;
  /** For partitions without a known offset. */
  otherwise: 'start' | 'end';
}

/** Whom to ask for offsets, and for what. */
export interface OffsetQuestion {
  reader: Pick<ClusterReader, 'committed' | 'offsetsAt'>;
  groupId: string;
  settings: KafkaSettings;
}

/** The startup rule of a table's options. Throws BAD_OPTION, or an error of kafkajs. */
export async function startupRule({ reader, groupId, settings }: OffsetQuestion): Promise<StartupRule> {
  const { topic } = settings;
  switch (settings['scan.startup.mode']) {
    case 'earliest-offset':
      return { known: new Map(), otherwise: 'start' };
    case 'latest-offset':
      return { known: new Map(), otherwise: 'end' };
    case 'group-offsets':
      return {
        known: await reader.committed(groupId, topic),
        otherwise: settings['properties.auto.offset.reset'] === 'latest' ? 'end' : 'start',
      };
    case 'timestamp':
      return { known: await offsetsAt(reader, settings, 'scan.startup.timestamp-millis'), otherwise: 'end' };
    case 'specific-offsets':
      return { known: specificOffsets(settings, 'scan.startup.specific-offsets'), otherwise: 'start' };
  }
}

/** Where a bounded source ends: partition -> first offset not to read. Undefined where there is no end. */
export async function boundsOf(
  { reader, groupId, settings }: OffsetQuestion,
  ranges: PartitionRange[],
): Promise<Positions | undefined> {
  const ends: KnownOffsets = new Map(ranges.map(({ partition, end }) => [partition, end]));
  switch (settings['scan.bounded.mode']) {
    case 'unbounded':
      return undefined;
    case 'latest-offset':
      return ends;
    case 'group-offsets':
      return new Map([...ends, ...(await reader.committed(groupId, settings.topic))]);
    case 'timestamp':
      return new Map([...ends, ...(await offsetsAt(reader, settings, 'scan.bounded.timestamp-millis'))]);
    case 'specific-offsets':
      return new Map([...ends, ...specificOffsets(settings, 'scan.bounded.specific-offsets')]);
  }
}

function offsetsAt(
  reader: OffsetQuestion['reader'],
  settings: KafkaSettings,
  key: 'scan.startup.timestamp-millis' | 'scan.bounded.timestamp-millis',
): Promise<KnownOffsets> {
  const moment = settings[key];
  if (moment === undefined)
    throw new StreamJobsError('BAD_OPTION', `The mode timestamp needs '${key}'.`, {
      hint: 'It takes epoch milliseconds.',
    });
  return reader.offsetsAt(settings.topic, moment);
}

/**
 * The position of every partition: the job's own where it has one; else, when it has none at all, by the startup rule;
 * else, for a partition that appeared later, its beginning. Throws DATA_LOSS where a position is outside the log.
 */
export function startPositions(
  topic: string,
  positions: Positions,
  ranges: PartitionRange[],
  rule: StartupRule,
): Positions {
  const starts: Positions = new Map();
  for (const { partition, start, end } of ranges) {
    const first = rule.known.get(partition) ?? (rule.otherwise === 'start' ? start : end);
    starts.set(partition, positions.get(partition) ?? (positions.size === 0 ? first : start));
  }
  for (const [partition, position] of positions) starts.set(partition, position);
  checkPositions(topic, starts, ranges);
  return starts;
}

/** The records before the partition's bound, where it has one. */
export function withinBound(batch: RecordBatch, bounds: Positions | undefined): RecordBatch | undefined {
  const bound = bounds?.get(batch.partition);
  if (bound === undefined || batch.nextOffset <= bound) return batch;
  let count = 0;
  while (count < batch.count && offsetAt(batch, count) < bound) count++;
  return count === 0 ? undefined : { ...batch, count, nextOffset: bound };
}

/** Throws DATA_LOSS where the log no longer holds a position: deleted below it, or recreated and shorter. */
export function checkPositions(topic: string, positions: Positions, ranges: PartitionRange[]): void {
  const rangeOf = new Map(ranges.map((range) => [range.partition, range]));
  const lost: { partition: number; position: bigint; start: bigint }[] = [];
  for (const [partition, position] of positions) {
    const range = rangeOf.get(partition);
    if (!range) throw notSeen(topic, partition);
    if (position > range.end) throw recreated(topic, partition, position, range.end);
    if (position < range.start) lost.push({ partition, position, start: range.start });
  }
  if (lost.length > 0) throw deleted(topic, lost);
}

function deleted(
  topic: string,
  lost: { partition: number; position: bigint; start: bigint }[],
): StreamJobsError {
  const parts = lost.map(
    ({ partition, position, start }) =>
      `partition ${partition} goes on at offset ${position}, but the first one kept is ${start} (${start - position} lost)`,
  );
  const total = lost.reduce((sum, { position, start }) => sum + start - position, 0n);
  return new StreamJobsError(
    'DATA_LOSS',
    `${total} unread records of topic ${topic} were deleted: ${parts.join('; ')}.`,
    {
      hint: 'Retention or a DeleteRecords request removed them. RESUME JOB ... ACCEPT DATA LOSS goes on without them.',
    },
  );
}

/** Just added, or seen by a broker that is behind. That the topic is another one is told by its id. */
function notSeen(topic: string, partition: number): StreamJobsError {
  return new StreamJobsError(
    'SOURCE_UNAVAILABLE',
    `Partition ${partition} of topic ${topic} is not there at the moment.`,
    {
      hint: 'It is looked for again by itself; if the topic was made again with fewer partitions, RESUME JOB ... FROM EARLIEST reads that one.',
    },
  );
}

function recreated(topic: string, partition: number, position: bigint, end: bigint): StreamJobsError {
  const now = `its log ends at ${end}`;
  return new StreamJobsError(
    'DATA_LOSS',
    `Topic ${topic} is not the one that was read: partition ${partition} goes on at offset ${position}, but ${now}.`,
    { hint: 'RESUME JOB ... ACCEPT DATA LOSS, or FROM EARLIEST or LATEST, goes on in the new one.' },
  );
}

/** `partition:0,offset:42;partition:1,offset:300`. */
function specificOffsets(
  settings: KafkaSettings,
  key: 'scan.startup.specific-offsets' | 'scan.bounded.specific-offsets',
): KnownOffsets {
  const written = settings[key] ?? '';
  const offsets: KnownOffsets = new Map();
  for (const part of written.split(';')) {
    const found = /^\s*partition:(\d+)\s*,\s*offset:(\d+)\s*$/.exec(part);
    if (!found)
      throw new StreamJobsError(
        'BAD_OPTION',
        `'${key}' takes partition:0,offset:42;partition:1,offset:300, not '${written}'.`,
      );
    offsets.set(Number(found[1]), BigInt(found[2] ?? '0'));
  }
  return offsets;
}
