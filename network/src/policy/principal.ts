import { msp } from '@hyperledger/fabric-protos';
import type { Identity, MspRole } from '../msp/identity.ts';
import { parseMessage } from '../protocol/parse-message.ts';
import { PolicyError } from './policy-error.ts';

/** Whom a policy asks for: a role in an organisation, a unit of it, or one certain certificate. */
export type Principal = Readonly<{
  /** Text for people: `OrgMSP.peer`. Equal for equal principals. */
  label: string;
  mspId: string | undefined;
  accepts(identity: Identity): boolean;
}>;

const ROLES = new Map<number, MspRole>([
  [msp.MSPRole.MSPRoleType.MEMBER, 'member'],
  [msp.MSPRole.MSPRoleType.ADMIN, 'admin'],
  [msp.MSPRole.MSPRoleType.CLIENT, 'client'],
  [msp.MSPRole.MSPRoleType.PEER, 'peer'],
  [msp.MSPRole.MSPRoleType.ORDERER, 'orderer'],
]);

const ROLE_NUMBERS = {
  member: msp.MSPRole.MSPRoleType.MEMBER,
  admin: msp.MSPRole.MSPRoleType.ADMIN,
  client: msp.MSPRole.MSPRoleType.CLIENT,
  peer: msp.MSPRole.MSPRoleType.PEER,
  orderer: msp.MSPRole.MSPRoleType.ORDERER,
} as const satisfies Record<MspRole, number>;

/**
 * Reads `msp.MSPPrincipal`. Anonymity and combined principals are accepted by nobody, as are roles without a meaning.
 * Throws MQ_POLICY_INVALID when the bytes of the principal cannot be parsed.
 */
export function readPrincipal(message: msp.MSPPrincipal): Principal {
  const bytes = message.getPrincipal_asU8();
  try {
    switch (message.getPrincipalClassification()) {
      case msp.MSPPrincipal.Classification.ROLE: {
        const wanted = parseMessage(msp.MSPRole, bytes);
        const role = ROLES.get(wanted.getRole());
        const mspId = wanted.getMspIdentifier();
        return {
          label: `${mspId}.${role ?? wanted.getRole()}`,
          mspId,
          accepts: (identity) => role !== undefined && identity.mspId === mspId && identity.hasRole(role),
        };
      }
      case msp.MSPPrincipal.Classification.ORGANIZATION_UNIT: {
        const wanted = parseMessage(msp.OrganizationUnit, bytes);
        const mspId = wanted.getMspIdentifier();
        const unit = wanted.getOrganizationalUnitIdentifier();
        return {
          label: `${mspId}.ou(${unit})`,
          mspId,
          accepts: (identity) =>
            identity.mspId === mspId && identity.hasRole('member') && identity.organizationalUnits.includes(unit),
        };
      }
      case msp.MSPPrincipal.Classification.IDENTITY:
        return {
          label: `identity(${Buffer.from(bytes).toString('base64')})`,
          mspId: parseMessage(msp.SerializedIdentity, bytes).getMspid(),
          accepts: (identity) => Buffer.compare(identity.serialized, bytes) === 0,
        };
      default:
        return { label: 'nobody', mspId: undefined, accepts: () => false };
    }
  } catch (cause) {
    throw new PolicyError('MQ_POLICY_INVALID', 'a principal of the policy cannot be read', { cause });
  }
}

/** `msp.MSPPrincipal` for a role in an organisation. */
export function rolePrincipal(mspId: string, role: MspRole): msp.MSPPrincipal {
  const wanted = new msp.MSPRole();
  wanted.setMspIdentifier(mspId);
  wanted.setRole(ROLE_NUMBERS[role]);
  const principal = new msp.MSPPrincipal();
  principal.setPrincipalClassification(msp.MSPPrincipal.Classification.ROLE);
  principal.setPrincipal(wanted.serializeBinary());
  return principal;
}
