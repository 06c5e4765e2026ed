import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { organizationPolicies } from '../../fabric/render-configtx.ts';
import { runTool } from '../../fabric/run-tool.ts';
import type { TopologyOrderers, TopologyOrganization } from '../../topology/topology.ts';
import { OperationError } from '../operation-error.ts';
import type { Operator } from '../operator.ts';
import type { ConfigGroup } from './channel-config.ts';
import { groupAt } from './policy-standing.ts';
import { type ConfigChange, withGroup } from './propose.ts';

const APPLICATION = ['Channel', 'Application'] as const;
const ORDERER = ['Channel', 'Orderer'] as const;

/** A new organisation with its MSP and anchor peer, from its public bundle in the material folder. */
export function addOrganization(operator: Operator, organization: TopologyOrganization): ConfigChange {
  const { mspId, displayName } = organization;
  return {
    title: `Add ${displayName}`,
    async apply(config) {
      if (groupAt(config, APPLICATION).groups[mspId] !== undefined) {
        throw new OperationError('MQ_GOVERNANCE_NO_CHANGE', `${mspId} is a member of ${operator.channel} already`);
      }
      const definition = await definitionOf(operator, organization);
      return withGroup(config, APPLICATION, ({ groups }) => {
        groups[mspId] = definition;
      });
    },
  };
}

/** The organisation leaves: its nodes get no further blocks, its members may no longer write or read. */
export function removeOrganization(operator: Operator, mspId: string): ConfigChange {
  return {
    title: `Remove ${mspId}`,
    apply(config) {
      if (groupAt(config, APPLICATION).groups[mspId] === undefined) {
        throw new OperationError('MQ_GOVERNANCE_NO_CHANGE', `${mspId} is no member of ${operator.channel}`);
      }
      return withGroup(config, APPLICATION, ({ groups }) => {
        delete groups[mspId];
      });
    },
  };
}

/**
 * The channel takes an organisation's MSP (authorities, revocation list) as it stands in its public bundle, and its anchor peer. Of the
 * ordering service the MSP only: the addresses of its nodes are a matter of `orderer update`.
 */
export function updateOrganization(operator: Operator, party: TopologyOrganization | TopologyOrderers): ConfigChange {
  const { mspId, displayName } = party;
  const role = 'peers' in party ? APPLICATION : ORDERER;
  return {
    title: `Update the certificates of ${displayName}`,
    async apply(config) {
      const { values } = await definitionOf(operator, party);
      return withGroup(config, [...role, mspId], (group) => {
        // Certificates that stand (consenters', peers') are checked against the roots of now: without theirs nothing goes on.
        if (rootsOf(group).some((root) => !rootsOf({ values }).includes(root)))
          throw new OperationError(
            'MQ_OPERATION_REFUSED',
            `the public folder of ${displayName} lacks a root that the channel has: a root is not replaced (docs/operators.md, Certificates)`,
          );
        for (const [name, { value }] of Object.entries(values)) {
          const standing = group.values[name];
          if (standing !== undefined) standing.value = value;
        }
      });
    },
  };
}

/** Its root certificates, as the JSON of configurations has them. */
function rootsOf({ values }: Pick<ConfigGroup, 'values'>): readonly string[] {
  const { config } = (values.MSP?.value ?? {}) as {
    config?: { root_certs?: readonly string[]; tls_root_certs?: readonly string[] };
  };
  return [...(config?.root_certs ?? []), ...(config?.tls_root_certs ?? [])];
}

/** The group of an organisation as Fabric's own tool makes it. */
async function definitionOf(operator: Operator, party: TopologyOrganization | TopologyOrderers): Promise<ConfigGroup> {
  const { mspId } = party;
  const anchors = 'peers' in party ? [{ Host: party.peers[0].host ?? party.host, Port: party.peers[0].port }] : [];
  return operator.withScratch(async (folder) => {
    const definition = {
      Name: mspId,
      ID: mspId,
      MSPDir: operator.material.mspDirectory(mspId),
      Policies: organizationPolicies(mspId),
      AnchorPeers: anchors,
    };
    await writeFile(path.join(folder, 'configtx.yaml'), stringify({ Organizations: [definition] }));
    const printed = await runTool(operator.binaries.configtxgen, ['-configPath', folder, '-printOrg', mspId], {
      env: { FABRIC_LOGGING_SPEC: 'fatal' },
    });
    return JSON.parse(printed.slice(printed.indexOf('{'), printed.lastIndexOf('}') + 1)) as ConfigGroup;
  });
}
