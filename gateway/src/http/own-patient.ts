import { GatewayError } from '../gateway-error.ts';
import type { Principal } from '../identity/principal.ts';

/** A patient's own account sees and does what is the patient's own. @throws GatewayError `MQ_AUTH_FORBIDDEN` */
export function ownPatientOnly(principal: Principal, patient: string): void {
  if (principal.role === 'patient' && principal.patient !== patient) {
    throw new GatewayError('MQ_AUTH_FORBIDDEN', 'this account is of another patient');
  }
}
