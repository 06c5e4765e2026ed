import { uuid } from '../schema/identifiers.ts';
import { object, type Shaped } from '../schema/shape.ts';
import { restrictedConsent } from './restricted-consent.ts';

/** Consents that one patient may ever have given; withdrawn ones count. */
export const MAX_CONSENTS_PER_PATIENT = 250;

/** `consent.grant`: author is the patient that the consent names. */
export const grantArgs = object({ consentId: uuid, consent: restrictedConsent });
export type GrantArgs = Shaped<typeof grantArgs>;

/** `consent.withdraw`: author is the patient. */
export const withdrawArgs = object({ consentId: uuid, patient: uuid });
export type WithdrawArgs = Shaped<typeof withdrawArgs>;
