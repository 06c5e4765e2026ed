import { createHash } from 'node:crypto';
import { access, copyFile, mkdir, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { makeGenesisBlock } from '../../fabric/create-channel.ts';
import { type ChannelConfig, decodeConfigBlock } from '../governance/channel-config.ts';
import { OperationError } from '../operation-error.ts';
import type { Operator } from '../operator.ts';
import { type ConfigDifference, configDifferences } from './config-differences.ts';
import { consenterCertificates, refusedBlock } from './consenter-certificates.ts';
import { flawOfFirstBlock } from './first-block-form.ts';

/**
 * Makes the channel's first block from the topology and the public bundles of everybody. It is made once, by whoever holds the orderers'
 * certificates, and passed on: a second one would be another channel of the same name.
 * @returns SHA-256 of the file, hexadecimal, by which organisations compare what they were given
 * @throws OperationError `MQ_FIRST_BLOCK_EXISTS`
 */
export async function createFirstBlock(operator: Operator, file: string): Promise<string> {
  if (await exists(file))
    throw new OperationError(
      'MQ_FIRST_BLOCK_EXISTS',
      `${file} is there already: pass that one on, or give another --out`,
    );
  const { topology, material, binaries } = operator;
  await mkdir(path.dirname(file), { recursive: true });
  await operator.withScratch(async (folder) => {
    const partial = `${file}.new`;
    await copyFile(await makeGenesisBlock(topology, material, binaries, folder), partial);
    await rename(partial, file);
  });
  return sha256(await readFile(file));
}

/**
 * Holds a first block that somebody else made against one's own topology and one's own copies of the public bundles: members and their root
 * certificates, policies, orderers, block cutting. The certificates of the orderers themselves are taken from the block, where they must come
 * from the ordering organisation's roots.
 * @returns what differs; empty where the block is what one's own description says
 * @throws OperationError `MQ_FIRST_BLOCK_UNREADABLE`, `MQ_FIRST_BLOCK_REFUSED` for an orderer's certificate of other roots, and for a block that
 *   is more than this channel's first configuration
 */
export async function checkFirstBlock(
  operator: Operator,
  file: string,
): Promise<Readonly<{ sha256: string; differences: readonly ConfigDifference[] }>> {
  const { topology, material, binaries } = operator;
  const given = await readConfig(operator, file);
  const bytes = await readFile(file);
  const flaw = flawOfFirstBlock(bytes, operator.channel);
  if (flaw !== undefined) throw refusedBlock(flaw);
  const differences = await operator.withScratch(async (folder) => {
    const consenters = await consenterCertificates(operator, given, path.join(folder, 'consenters'));
    const own = await makeGenesisBlock(topology, material, binaries, path.join(folder, 'own'), consenters);
    return configDifferences(await readConfig(operator, own), given);
  });
  return { sha256: sha256(bytes), differences };
}

async function readConfig(operator: Operator, file: string): Promise<ChannelConfig> {
  try {
    return await decodeConfigBlock(operator, file);
  } catch (cause) {
    throw new OperationError('MQ_FIRST_BLOCK_UNREADABLE', `${file} is no block with a channel's configuration`, {
      cause,
    });
  }
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

const exists = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  );
