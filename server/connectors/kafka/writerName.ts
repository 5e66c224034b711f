// Who writes a job's rows to a cluster: the name beside the mark, and how two of them are told apart.

/** One that opened the job's state. */
export interface WriterName {
  /** See TransactionalJob.opening. */
  opening: number;
  instance: string;
}

/** As it stands beside the mark. */
export function noteOf({ opening, instance }: WriterName): string {
  return `${opening}:${instance}`;
}

/**
 * Whether somebody else took the job over. Only one who opened it as often or more can have: a note may be read as it
 * was before the last one, for as long as a broker takes to complete a transaction. Of two copies of a state that were
 * opened equally often the one that is asked gives way.
 */
export function isReplaced({ opening, instance }: WriterName, note: string): boolean {
  const [number = '', other = ''] = note.split(':');
  return Number(number) >= opening && other !== instance;
}
