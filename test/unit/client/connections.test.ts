// Named connections on their way to the server.
import { expect, it } from 'vitest';
import { connectionsMessage } from '../../../client/host/connectionsMessage';

it('carry the password from the secret store, and are left out and named while it is missing', () => {
  const sasl = { mechanism: 'plain', username: 'me' } as const;
  const settings = {
    local: { brokers: ['localhost:9092'] },
    prod: { brokers: ['a:9093', 'b:9093'], tls: true, sasl },
    other: { brokers: ['c:9093'], sasl },
  };
  expect(connectionsMessage(settings, new Map([['prod', 'secret']]))).toEqual({
    message: {
      connections: {
        local: { brokers: ['localhost:9092'] },
        prod: { brokers: ['a:9093', 'b:9093'], tls: true, sasl: { ...sasl, password: 'secret' } },
      },
    },
    withoutPassword: ['other'],
  });
});
