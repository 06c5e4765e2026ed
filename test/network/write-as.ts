import type { OrganizationConnection } from '@medquorum/network/connection/connection-file';
import { connectGateway } from './gateway-client.ts';

export type UserFiles = Readonly<{ cert: string; key: string }>;

/** The outcome of a write as somebody: the key written, or what the client was told. */
export async function writeAs(organization: OrganizationConnection, key: string, user?: UserFiles): Promise<string> {
  const { gateway, close } = await connectGateway(organization, user);
  try {
    const contract = gateway.getNetwork('mychannel').getContract('asset');
    return Buffer.from(await contract.submitTransaction('create', key, 'somebody')).toString();
  } catch (error) {
    const details = (error as { details?: readonly { message: string }[] }).details ?? [];
    return details.map(({ message }) => message).join('\n');
  } finally {
    close();
  }
}
