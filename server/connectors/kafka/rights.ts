// What the user of a connection must be allowed to do for a job, and which of it is not allowed. Brokers with an
// authorizer only say that something was refused, and kafkajs drops even that where a coordinator is looked for; so it is
// asked here, before anything is done and after something was refused.
//
// Layouts: Metadata and DescribeGroups in https://kafka.apache.org/protocol. Allowed operations are bits, numbered as in
// AclOperation.
import type { Broker, Cluster } from 'kafkajs';
import { diagnose } from './errors';
import { raw, Reader, send } from './rawRequests';
import { operationsOf } from './topicIdentity';

export type Right =
  | { kind: 'topic'; name: string; operation: 'Read' | 'Write' }
  | { kind: 'group'; name: string; prefix?: string }
  | { kind: 'transactional id'; name: string; prefix: string };

/** What reading a topic in a group takes. */
export function readingRights(topic: string, group: string): Right[] {
  return [
    { kind: 'topic', name: topic, operation: 'Read' },
    { kind: 'group', name: group },
  ];
}

const describeGroups = { apiKey: 15, apiVersion: 3, apiName: 'DescribeGroups' };
const bits = { Read: 1 << 3, Write: 1 << 4 };
const coordinatorTypes = { group: 0, 'transactional id': 1 };

/** What kafkajs' brokers take besides what its types say. */
interface CoordinatorFinder {
  findGroupCoordinator(request: {
    groupId: string;
    coordinatorType: number;
  }): Promise<{ coordinator: { nodeId: number } }>;
}

/** The first of the rights that the cluster denies; one that cannot be asked for counts as given. */
export async function missingRight(cluster: Cluster, rights: readonly Right[]): Promise<Right | undefined> {
  const denied = await Promise.all(
    rights.map((right) => isDenied(cluster, right).catch((error: unknown) => isRefusal(error))),
  );
  return rights.find((_, index) => denied[index]);
}

/** Whether an error says, or hides, that something is not allowed. */
export function isRefusal(error: unknown): boolean {
  return [...diagnose(error).types].some((type) => type.endsWith('_AUTHORIZATION_FAILED'));
}
/** kafkajs says no more of a coordinator that it may not look for. */
export function mayBeRefusal(error: unknown): boolean {
  return isRefusal(error) || diagnose(error).names.has('KafkaJSGroupCoordinatorNotFound');
}

async function isDenied(cluster: Cluster, right: Right): Promise<boolean> {
  if (right.kind === 'topic') {
    const operations = await operationsOf(cluster, right.name);
    return operations !== undefined && (operations & bits[right.operation]) === 0;
  }
  const broker = (await cluster.findControllerBroker()) as Broker & CoordinatorFinder;
  const coordinatorType = coordinatorTypes[right.kind];
  const { coordinator } = await broker.findGroupCoordinator({ groupId: right.name, coordinatorType });
  // Looking for it takes the right to describe; of a transactional id there is no way to ask for more.
  if (right.kind === 'transactional id') return false;
  const asked = raw(await cluster.findBroker({ nodeId: String(coordinator.nodeId) }));
  if ((asked.versions[describeGroups.apiKey]?.maxVersion ?? 0) < describeGroups.apiVersion) return false;
  const operations = await send(asked, describeGroups, describeRequest(right.name), groupOperationsIn);
  return operations !== undefined && (operations & bits.Read) === 0;
}

function describeRequest(groupId: string): Buffer {
  const name = Buffer.from(groupId);
  const body = Buffer.alloc(4 + 2 + name.length + 1);
  let at = body.writeInt32BE(1);
  at = body.writeInt16BE(name.length, at);
  at += name.copy(body, at);
  body.writeInt8(1, at);
  return body;
}

/** The allowed operations of the one group in the answer: its last four bytes. Undefined where it says nothing of it. */
function groupOperationsIn(answer: Buffer): number | undefined {
  const reader = new Reader(answer);
  reader.int32();
  reader.int32();
  return reader.int16() === 0 ? answer.readInt32BE(answer.length - 4) : undefined;
}
