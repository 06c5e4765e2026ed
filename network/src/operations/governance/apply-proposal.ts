import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { common } from '@hyperledger/fabric-protos';
import type { SigningIdentity } from '../../msp/signing-identity.ts';
import { OperationError } from '../operation-error.ts';
import type { Operator } from '../operator.ts';
import { fetchChannelConfig } from './channel-config.ts';
import type { ProposalFolder, Vote } from './proposal-folder.ts';
import { proposalStanding } from './propose.ts';
import { administrator, signersOf } from './votes.ts';

const NONCE_BYTES = 24;

/**
 * Sends an accepted proposal to the orderers and waits until it is in force.
 * @returns sequence of the new configuration
 * @throws OperationError MQ_GOVERNANCE_STALE, MQ_GOVERNANCE_NOT_ENOUGH naming whose votes are missing
 */
export async function applyProposal(operator: Operator, folder: ProposalFolder): Promise<number> {
  const config = await fetchChannelConfig(operator);
  const { stale, accepted, standings, votes: checked } = await proposalStanding(operator, folder, config);
  const { baseSequence, title } = folder.proposal;
  if (stale) {
    throw new OperationError(
      'MQ_GOVERNANCE_STALE',
      `'${title}' changes configuration ${baseSequence}, the channel has ${config.sequence}: it was applied, or must be proposed anew`,
    );
  }
  if (!accepted) {
    const open = standings
      .filter(({ satisfied }) => !satisfied)
      .map(
        ({ policy, needed, signed, missing }) => `${policy}: ${signed.length} of ${needed} (not ${missing.join(', ')})`,
      );
    throw new OperationError('MQ_GOVERNANCE_NOT_ENOUGH', `signatures are missing for ${open.join('; ')}`);
  }
  const counted = signersOf(checked);
  const votes = (await folder.votes()).filter(({ mspId }) => counted.has(mspId));
  const sender = operator.anyAdministrator();
  const signer = administrator(operator, sender.mspId);
  await operator.withScratch(async (scratch) => {
    const file = path.join(scratch, 'envelope.pb');
    await writeFile(file, updateEnvelope(operator.channel, signer, folder.update, votes));
    const command = operator.ordererCommand(sender);
    await operator.until('an orderer takes the update', () =>
      operator.withOrderer(async (flags) => {
        await command.run('channel', 'update', '--file', file, '--channelID', operator.channel, ...flags);
        return true;
      }),
    );
  });
  return operator.until('the new configuration is in force', async () => {
    const { sequence } = await fetchChannelConfig(operator);
    return Number(sequence) > baseSequence ? Number(sequence) : undefined;
  });
}

/** `common.Envelope` of a configuration update with the signatures that were collected; the `peer` program dates it and signs it anew. */
function updateEnvelope(
  channel: string,
  signer: SigningIdentity,
  update: Uint8Array,
  votes: readonly Vote[],
): Uint8Array {
  const updateWithVotes = new common.ConfigUpdateEnvelope();
  updateWithVotes.setConfigUpdate(update);
  for (const { signatureHeader, signature } of votes) {
    const entry = new common.ConfigSignature();
    entry.setSignatureHeader(Buffer.from(signatureHeader, 'base64'));
    entry.setSignature(Buffer.from(signature, 'base64'));
    updateWithVotes.addSignatures(entry);
  }
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(common.HeaderType.CONFIG_UPDATE);
  channelHeader.setChannelId(channel);
  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setCreator(signer.serialized);
  signatureHeader.setNonce(randomBytes(NONCE_BYTES));
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  header.setSignatureHeader(signatureHeader.serializeBinary());
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(updateWithVotes.serializeBinary());
  const payloadBytes = payload.serializeBinary();
  const envelope = new common.Envelope();
  envelope.setPayload(payloadBytes);
  envelope.setSignature(signer.sign(payloadBytes));
  return envelope.serializeBinary();
}
