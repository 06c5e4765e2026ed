import { readFileSync } from 'node:fs';
import type { TopologyOrderer } from '../../topology/topology.ts';
import { OperationError } from '../operation-error.ts';
import type { Operator } from '../operator.ts';
import type { ConfigGroup } from './channel-config.ts';
import { groupAt } from './policy-standing.ts';
import { type ConfigChange, withGroup } from './propose.ts';

const ORDERER = ['Channel', 'Orderer'] as const;
const SIGNATURE_POLICY = 1;
/** `MSPPrincipal.Classification` of one exact identity, as the translator spells it. */
const IDENTITY = 'IDENTITY';

type Consenter = Readonly<{
  id: number;
  host: string;
  port: number;
  msp_id: string;
  /** Base64 of PEM. */
  identity: string;
  client_tls_cert: string;
  server_tls_cert: string;
}>;

/**
 * The channel's orderers become those of the topology: added, removed, replaced, or with renewed certificates. A node keeps its number as long as
 * its address stays; a new node never gets the number of an old one.
 */
export function updateOrderers(operator: Operator): ConfigChange {
  const { orderers } = operator.topology;
  return {
    title: 'Update the orderers',
    apply(config) {
      const standing = consentersOf(groupAt(config, ORDERER));
      let highest = Math.max(...standing.map(({ id }) => id));
      const wanted = orderers.nodes.map((node): Consenter => {
        const same = standing.find(({ host, port }) => host === node.host && port === node.port);
        return consenter(operator, node, same?.id ?? ++highest);
      });
      wanted.sort((a, b) => a.id - b.id);
      const addresses = orderers.nodes.map(({ host, port }) => `${host}:${port}`);
      const changed = withGroup(config, ORDERER, (group) => {
        setConsenters(group, wanted);
        const policy = group.policies.BlockValidation;
        if (policy !== undefined) policy.policy = { type: SIGNATURE_POLICY, value: blockValidation(wanted) };
      });
      return withGroup(changed, [...ORDERER, orderers.mspId], ({ values }) => {
        const endpoints = values.Endpoints?.value as { addresses: string[] } | undefined;
        if (endpoints !== undefined) endpoints.addresses = addresses;
      });
    },
  };
}

function consentersOf({ values }: ConfigGroup): readonly Consenter[] {
  const mapping = (values.Orderers?.value as { consenter_mapping?: Consenter[] } | undefined)?.consenter_mapping;
  if (mapping === undefined)
    throw new OperationError(
      'MQ_OPERATION_REFUSED',
      'the channel is not ordered by BFT: its orderers are not changed here',
    );
  return mapping;
}

function setConsenters({ values }: ConfigGroup, consenters: readonly Consenter[]): void {
  const orderers = values.Orderers?.value as { consenter_mapping: readonly Consenter[] };
  orderers.consenter_mapping = consenters;
}

function consenter(operator: Operator, node: TopologyOrderer, id: number): Consenter {
  const { msp, tls } = operator.material.orderer(node.name);
  const pem = (file: string) => readFileSync(file).toString('base64');
  return {
    client_tls_cert: pem(tls.certificate),
    host: node.host,
    id,
    identity: pem(msp.certificate),
    msp_id: operator.topology.orderers.mspId,
    port: node.port,
    server_tls_cert: pem(tls.certificate),
  };
}

/**
 * A block counts when a Byzantine quorum of the consenters has signed it: of n = 3f + 1 or more, ceil((n + f + 1) / 2). Fabric refuses any other
 * policy beside this list of consenters.
 */
function blockValidation(consenters: readonly Consenter[]) {
  const n = consenters.length;
  const f = Math.floor((n - 1) / 3);
  return {
    identities: consenters.map(({ msp_id, identity }) => ({
      principal: { id_bytes: identity, mspid: msp_id },
      principal_classification: IDENTITY,
    })),
    rule: { n_out_of: { n: Math.ceil((n + f + 1) / 2), rules: consenters.map((_, index) => ({ signed_by: index })) } },
    version: 0,
  };
}
