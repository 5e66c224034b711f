// Connections as the settings have them, and as the job server takes them.

export interface ConnectionSettings {
  brokers: string[];
  tls?: boolean;
  sasl?: { mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; username: string };
}

/** To the job server over its process channel. */
export interface ConnectionsMessage {
  connections: Record<
    string,
    Omit<ConnectionSettings, 'sasl'> & {
      sasl?: NonNullable<ConnectionSettings['sasl']> & { password: string };
    }
  >;
}

/** Where a connection's password is kept in SecretStorage. */
export function passwordKey(name: string): string {
  return `streamJobs.connections.${name}.password`;
}

/** The message, without connections that need a password nobody gave yet: those are named. */
export function connectionsMessage(
  settings: Record<string, ConnectionSettings>,
  passwords: ReadonlyMap<string, string>,
): { message: ConnectionsMessage; withoutPassword: string[] } {
  const message: ConnectionsMessage = { connections: {} };
  const withoutPassword: string[] = [];
  for (const [name, { brokers, tls, sasl }] of Object.entries(settings)) {
    const base = tls === undefined ? { brokers } : { brokers, tls };
    const password = passwords.get(name);
    if (sasl === undefined) message.connections[name] = base;
    else if (password === undefined) withoutPassword.push(name);
    else message.connections[name] = { ...base, sasl: { ...sasl, password } };
  }
  return { message, withoutPassword };
}
