import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runTool } from '../../fabric/run-tool.ts';
import { OperationError } from '../operation-error.ts';
import type { Actor, Operator } from '../operator.ts';

/** A channel configuration as Fabric's own translator writes it in JSON: opaque bytes are opened, versions are decimal strings. */
export type ConfigGroup = {
  groups: Record<string, ConfigGroup>;
  values: Record<string, ConfigValue>;
  policies: Record<string, ConfigPolicy>;
  mod_policy: string;
  version: string;
};
export type ConfigValue = { value: Record<string, unknown>; mod_policy: string; version: string };
export type ConfigPolicy = { policy: { type: number; value: unknown }; mod_policy: string; version: string };
export type ChannelConfig = { sequence: string; channel_group: ConfigGroup };

/** The channel's configuration as the orderers have it now. */
export async function fetchChannelConfig(operator: Operator): Promise<ChannelConfig> {
  return operator.withScratch(async (folder) => {
    const block = path.join(folder, 'config.block');
    await fetchBlock(operator, operator.anyAdministrator(), 'config', block);
    return decodeConfigBlock(operator, block);
  });
}

/** The configuration that a block in a file carries. */
export async function decodeConfigBlock(operator: Operator, block: string): Promise<ChannelConfig> {
  return operator.withScratch(async (folder) => {
    const decoded = JSON.parse(await decode(operator, 'common.Block', block, folder)) as {
      data: { data: [{ payload: { data: { config: ChannelConfig } } }] };
    };
    return decoded.data.data[0].payload.data.config;
  });
}

/** Writes a block of the channel, fetched from an orderer: `config` is the one with the configuration in force. */
export async function fetchBlock(
  operator: Operator,
  actor: Actor,
  which: 'config' | 'oldest',
  file: string,
): Promise<void> {
  const command = operator.ordererCommand(actor);
  await operator.withOrderer((flags) =>
    command.run('channel', 'fetch', which, file, '--channelID', operator.channel, ...flags),
  );
}

/**
 * The update that leads from one configuration to the other, as bytes of `common.ConfigUpdate`.
 * @throws OperationError MQ_GOVERNANCE_NO_CHANGE where they are equal
 */
export async function computeUpdate(operator: Operator, from: ChannelConfig, to: ChannelConfig): Promise<Buffer> {
  if (JSON.stringify(from) === JSON.stringify(to)) {
    throw new OperationError('MQ_GOVERNANCE_NO_CHANGE', 'the channel is so already: there is nothing to propose');
  }
  return operator.withScratch(async (folder) => {
    const original = path.join(folder, 'original.pb');
    const updated = path.join(folder, 'updated.pb');
    await encode(operator, 'common.Config', from, original);
    await encode(operator, 'common.Config', to, updated);
    const update = path.join(folder, 'update.pb');
    await runTool(operator.binaries.configtxlator, [
      'compute_update',
      '--channel_id',
      operator.channel,
      '--original',
      original,
      '--updated',
      updated,
      '--output',
      update,
    ]);
    return readFile(update);
  });
}

/** A configuration update as JSON for people to inspect. */
export async function describeUpdate(operator: Operator, update: Uint8Array): Promise<string> {
  return operator.withScratch(async (folder) => {
    const file = path.join(folder, 'update.pb');
    await writeFile(file, update);
    return decode(operator, 'common.ConfigUpdate', file, folder);
  });
}

async function encode(operator: Operator, type: string, value: unknown, file: string): Promise<void> {
  const json = `${file}.json`;
  await writeFile(json, JSON.stringify(value));
  await runTool(operator.binaries.configtxlator, ['proto_encode', '--type', type, '--input', json, '--output', file]);
}

async function decode(operator: Operator, type: string, file: string, folder: string): Promise<string> {
  const json = path.join(folder, `${path.basename(file)}.json`);
  await runTool(operator.binaries.configtxlator, ['proto_decode', '--type', type, '--input', file, '--output', json]);
  return readFile(json, 'utf8');
}
