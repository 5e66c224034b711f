// What the parameters of each request must look like. A client may be of any kind: what it sends is checked before
// anything is done with it.
import { StreamJobsError } from '../protocol/errors';

/** What a field must be, in words, and whether it is. */
interface Field {
  what: string;
  accepts: (value: unknown) => boolean;
}
type Shape = Record<string, Field>;

/** Longest name of whoever asks: it is kept in every pause's history. */
const byCharsMax = 200;

const text: Field = { what: 'a string', accepts: (value) => typeof value === 'string' };
const by: Field = {
  what: `a string of at most ${byCharsMax} characters`,
  accepts: (value) => typeof value === 'string' && value.length <= byCharsMax,
};
const flag: Field = { what: 'true or false', accepts: (value) => typeof value === 'boolean' };
const duration: Field = {
  what: 'a positive number of milliseconds',
  accepts: (value) => typeof value === 'number' && Number.isFinite(value) && value > 0,
};
const count: Field = {
  what: 'a positive whole number',
  accepts: (value) => typeof value === 'number' && Number.isSafeInteger(value) && value > 0,
};
const texts: Field = {
  what: 'an object of strings',
  accepts: (value) => isObject(value) && Object.values(value).every((item) => typeof item === 'string'),
};
const from: Field = {
  what: '{ kind: earliest | latest } or { kind: timestamp, at }',
  accepts: (value) =>
    isObject(value) &&
    (value.kind === 'earliest' ||
      value.kind === 'latest' ||
      (value.kind === 'timestamp' && typeof value.at === 'string')),
};
const optional = (field: Field): Field => ({
  ...field,
  accepts: (value) => value === undefined || field.accepts(value),
});

const pauseOptions: Shape = {
  by,
  reason: optional(text),
  forMs: optional(duration),
  until: optional(text),
  cold: optional(flag),
};

/** By the request's method; `options.by` is a field of a field. */
const shapes: Record<string, Shape> = {
  execute: { sql: text, by, settings: optional(texts) },
  pauseJob: {
    name: text,
    options: { what: 'an object', accepts: isObject },
    ...Object.fromEntries(Object.entries(pauseOptions).map(([name, field]) => [`options.${name}`, field])),
  },
  resumeJob: {
    name: text,
    by,
    from: optional(from),
    acceptDataLoss: optional(flag),
    records: optional(count),
  },
  stopJob: { name: text, by, force: optional(flag) },
  dropJob: { name: text, by },
  restartJob: { name: text, by },
  getJobDetails: { name: text },
  peek: { name: text, limit: optional(count) },
  preview: { sql: text },
  cancel: { id: text },
};

/** @throws StreamJobsError BAD_REQUEST naming the first field that is not what it must be */
export function checkParams(method: string, params: unknown): void {
  if (!isObject(params)) throw badRequest(`${method} takes an object.`);
  for (const [path, { what, accepts }] of Object.entries(shapes[method] ?? {})) {
    const value = path.split('.').reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), params);
    if (!accepts(value)) throw badRequest(`${path} must be ${what}.`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function badRequest(message: string): StreamJobsError {
  return new StreamJobsError('BAD_REQUEST', message);
}
