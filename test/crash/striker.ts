// What happens when a server process under test comes to a crash point: a line in its trace, and the blow, if it is
// the one this process was given.
import { openSync, writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import {
  blowVariable,
  traceVariable,
  type Blow,
  type JournalEntry,
  type Point,
  type TraceLine,
} from './points';
import { readTrace } from './trace';

const traceFile = process.env[traceVariable];
const trace = traceFile === undefined ? undefined : openSync(traceFile, 'a');
const given = process.env[blowVariable];
const blow = given === undefined ? undefined : (JSON.parse(given) as Blow);
let passages = 0;

/** A thread of its own strikes in the middle of a write, also while the main one waits for it. */
const bell = new Int32Array(new SharedArrayBuffer(4));
if (blow?.moment === 'during') {
  const code = `
    const { bell, delayUs, signal, pid } = require('node:worker_threads').workerData;
    Atomics.wait(bell, 0, 0);
    const due = process.hrtime.bigint() + BigInt(delayUs) * 1000n;
    while (process.hrtime.bigint() < due);
    process.kill(pid, signal);`;
  const { delayUs, signal } = blow;
  // Else it would load what this process was started with, and start a thread of its own, and that one too.
  const execArgv: string[] = [];
  new Worker(code, { eval: true, execArgv, workerData: { bell, delayUs, signal, pid: process.pid } }).unref();
}

/** The last entry of each job in the journal, from the servers before this one and from this one. */
export const lastEntries = new Map<string, JournalEntry>();
if (traceFile !== undefined) for (const line of readTrace(traceFile)) remember(line);

function remember(line: TraceLine): void {
  if ('journal' in line && line.journal === 'durable') lastEntries.set(line.entry.job, line.entry);
}

export function tell(line: TraceLine): void {
  remember(line);
  if (trace !== undefined) writeSync(trace, `${JSON.stringify(line)}\n`);
}

/** Does the work of a durable write; `half` does a part of it, where it has parts. */
export async function passing<T>(
  point: Point,
  work: () => Promise<T>,
  half?: () => Promise<unknown>,
): Promise<T> {
  const moment = arrive(point);
  if (moment === 'before') strike(point);
  if (moment === 'during' && half !== undefined) {
    await half();
    strike(point);
  } else if (moment === 'during') ring(point);
  const result = await work();
  if (moment === 'after') strike(point);
  return result;
}

/** The same for work that does not wait. */
export function passingSync<T>(point: Point, work: () => T): T {
  const moment = arrive(point);
  if (moment === 'before') strike(point);
  if (moment === 'during') ring(point);
  const result = work();
  if (moment === 'after') strike(point);
  return result;
}

/** The same for a request: `during` is when it has left, `after` when its answer is there. */
export function passingRequest<T>(
  point: Point,
  send: () => T,
  whenAnswered: (answered: () => void) => void,
): T {
  const moment = arrive(point);
  if (moment === 'before') strike(point);
  if (moment === 'after') whenAnswered(() => strike(point));
  const result = send();
  if (moment === 'during') strike(point);
  return result;
}

function arrive(point: Point): Blow['moment'] | undefined {
  tell({ passed: point });
  if (blow?.point !== point) return undefined;
  passages += 1;
  return passages === blow.passage ? blow.moment : undefined;
}

function ring(point: Point): void {
  tell({ struck: point });
  Atomics.store(bell, 0, 1);
  Atomics.notify(bell, 0);
}

function strike(point: Point): void {
  tell({ struck: point });
  if (blow !== undefined) process.kill(process.pid, blow.signal);
}
