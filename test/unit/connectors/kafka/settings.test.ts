import { describe, expect, it } from 'vitest';
import { makeSink, makeSource, newContext, tableOf } from '../fixtures';
import { resolveConnection } from '../../../../server/connectors/kafka/settings';
import { kafka } from '../../../../server/connectors/kafka/kafka';

const base = { topic: 'orders', format: 'json', 'properties.bootstrap.servers': 'localhost:9092' };
const table = (options: Record<string, string>) => tableOf('kafka', { ...base, ...options });

describe('options of kafka tables', () => {
  it.each([
    [
      { 'properties.sasl.jaas.config': '...' },
      'BAD_OPTION',
      "'properties.sasl.jaas.config' would keep a secret in SQL.",
    ],
    [
      { 'properties.ssl.keystore.password': 'x' },
      'BAD_OPTION',
      "'properties.ssl.keystore.password' would keep a secret in SQL.",
    ],
    [{ topic: 'a;b' }, 'NOT_SUPPORTED', 'The table orders names several topics; one job source reads one.'],
    [
      { 'properties.compression.type': 'brotli' },
      'BAD_OPTION',
      "'properties.compression.type' takes one of none, gzip, snappy, lz4, zstd, not 'brotli'.",
    ],
    [
      { 'scan.startup.mode': 'newest' },
      'BAD_OPTION',
      "'scan.startup.mode' takes one of earliest-offset, latest-offset, group-offsets, timestamp, specific-offsets, not 'newest'.",
    ],
  ])('refuses %o', (options, code, message) => {
    for (const make of [makeSource, makeSink])
      expect(() => make(table(options), newContext())).toThrow(
        expect.objectContaining({ code, message }) as Error,
      );
  });

  it.each([
    [
      { 'properties.bootstrap.servers': 'localhost' },
      "'properties.bootstrap.servers' has 'localhost', which is not host:port.",
    ],
    [
      { 'properties.security.protocol': 'SASL_SSL' },
      "'properties.security.protocol' = 'SASL_SSL' needs a login, which does not belong in SQL.",
    ],
  ])('refuses a connection by %o', async (options, message) => {
    await expect(resolveConnection(table(options), newContext())).rejects.toMatchObject({
      code: 'BAD_OPTION',
      message,
    });
  });

  it('finds brokers in the options, or a named connection', async () => {
    const servers = { 'properties.bootstrap.servers': 'a:1, [::1]:2', 'properties.security.protocol': 'SSL' };
    expect(await resolveConnection(table(servers), newContext())).toEqual({
      brokers: ['a:1', '[::1]:2'],
      tls: true,
    });
    const context = {
      ...newContext(),
      connection: (name: string) => Promise.resolve({ brokers: [`${name}:1`] }),
    };
    expect(await resolveConnection(table({ connection: 'prod' }), context)).toEqual({ brokers: ['prod:1'] });
  });

  it('names the group after the job unless the table does', () => {
    expect(kafka.consumerGroup?.(table({}), 'totals')).toBe('stream-jobs-totals');
    expect(kafka.consumerGroup?.(table({ 'properties.group.id': 'mine' }), 'totals')).toBe('mine');
  });
});
