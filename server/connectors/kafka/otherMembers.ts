// Who else is in a consumer group: a group that waits for one of its members lets nobody in.
import type { Cluster } from 'kafkajs';

/** What kafkajs answers; its types leave it open. */
interface Described {
  groups: { members: { clientId: string; clientHost: string }[] }[];
}

/** `client on host` of each member that is not this client's. Throws errors of kafkajs. */
export async function otherMembers(cluster: Cluster, groupId: string, clientId: string): Promise<string[]> {
  const coordinator = await cluster.findGroupCoordinator({ groupId });
  const { groups } = (await coordinator.describeGroups({ groupIds: [groupId] })) as Described;
  return groups
    .flatMap(({ members }) => members)
    .filter((member) => member.clientId !== clientId)
    .map((member) => `${member.clientId} on ${member.clientHost.replace(/^\//, '')}`);
}
