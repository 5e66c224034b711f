// The job server killed at each of its durable writes (the whole campaign is `npm run crash`), and told to end there.
import { beforeAll, describe, expect, it } from 'vitest';
import { runCampaign, total } from './campaign';
import { moments, pointNames } from './points';
import { prepare } from './serverProcess';

/** A new one each day would hide what a change broke; `npm run crash` takes others. */
const seed = 4;

beforeAll(prepare);

describe('a job server process', () => {
  it('row 16: kill -9 at each durable write: back in the last journalled state, each row written once', async () => {
    const summary = await runCampaign({ seed, blows: pointNames.length * moments.length, parallel: 2 });
    expect([...summary.unknown]).toEqual([]);
    expect([...summary.passed].sort()).toEqual([...pointNames].sort());
    expect([...summary.struck.keys()].sort()).toEqual([...pointNames].sort());
  }, 900_000);

  it('row 26: SIGTERM or SIGINT at each durable write: leaves in good order, its state kept', async () => {
    const signals = ['SIGTERM', 'SIGINT'] as const;
    const summary = await runCampaign({ seed, blows: 30, parallel: 2, signals: [...signals] });
    expect(total(summary.struck)).toBeGreaterThan(0);
  }, 900_000);
});
