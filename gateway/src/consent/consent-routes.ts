import { randomUUID } from 'node:crypto';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type RestrictedConsent, restrictedConsent } from '@medquorum/chaincode/consent/restricted-consent';
import { Type } from 'typebox';
import { principalOf } from '../http/authentication.ts';
import { ownPatientOnly } from '../http/own-patient.ts';
import { Committed, optionalBody, PROBLEM_RESPONSES, SignedEntryBody, Uuid, WriteHeaders } from '../http/schemas.ts';
import { writeRequest } from '../http/write-request.ts';
import type { EntrySigner } from '../identity/entry-signer.ts';
import { argsOf, committedView, type Writer } from '../operation/writer.ts';
import type { Authors } from '../organization/authors.ts';
import type { ReadModel } from '../readmodel/read-model.ts';

const Params = Type.Object({ patient: Uuid });
const ConsentParams = Type.Object({ patient: Uuid, consentId: Uuid });
const ConsentView = Type.Object({
  consentId: Uuid,
  status: Type.String(),
  consent: Type.Object({}, { additionalProperties: true, description: 'FHIR R4 Consent, coded elements only' }),
  grantedAt: Type.String(),
  withdrawnAt: Type.Union([Type.String(), Type.Null()]),
  txId: Type.String(),
});
const Granting = Type.Union([
  Type.Object(
    {
      consent: Type.Object(
        {},
        { additionalProperties: true, description: 'FHIR R4 Consent, signed by the custodial wallet' },
      ),
    },
    { additionalProperties: false },
  ),
  Type.Object({ entry: SignedEntryBody }, { additionalProperties: false }),
]);
const Withdrawal = Type.Union([
  Type.Object({}, { additionalProperties: false }),
  Type.Object({ entry: SignedEntryBody }, { additionalProperties: false }),
]);

type Options = Readonly<{ writer: Writer; signer: EntrySigner; authors: Authors; readModel: ReadModel }>;

/** Consents, given and withdrawn by the patient's key: of the wallet kept here, or on the patient's own device. */
export const consentRoutes: FastifyPluginAsyncTypebox<Options> = async (
  app,
  { writer, signer, authors, readModel },
) => {
  app.post('/patients/:patient/consents', {
    config: { access: { resource: 'Consent', permission: 'c' } },
    schema: {
      operationId: 'grantConsent',
      summary: 'Give a consent, which may forbid as well as permit',
      tags: ['Consent'],
      params: Params,
      headers: WriteHeaders,
      body: Granting,
      response: { 201: Type.Intersect([Committed, Type.Object({ consentId: Uuid })]), ...PROBLEM_RESPONSES },
    },
    handler: async (request, reply) => {
      const { patient } = request.params;
      ownPatientOnly(principalOf(request), patient);
      const { body } = request;
      const outcome = await writer.write(writeRequest(request), 'consent', 'grant', async () => {
        const touches = [`consents:${patient}`];
        if ('entry' in body)
          return {
            entries: [signer.accept(body.entry, 'consent', 'grant', { kind: 'patient', id: patient })],
            touches,
          };
        const consent: RestrictedConsent = restrictedConsent(body.consent, 'consent');
        const wallet = await authors.patient(patient);
        return { entries: [signer.sign(wallet, 'consent', 'grant', { consentId: randomUUID(), consent })], touches };
      });
      return reply
        .code(201)
        .send({ ...committedView(outcome), consentId: argsOf<{ consentId: string }>(outcome).consentId });
    },
  });

  app.post('/patients/:patient/consents/:consentId/withdraw', {
    config: { access: { resource: 'Consent', permission: 'u' } },
    schema: {
      operationId: 'withdrawConsent',
      summary: 'Withdraw a consent; every decision after this block sees it gone',
      tags: ['Consent'],
      params: ConsentParams,
      headers: WriteHeaders,
      body: optionalBody(Withdrawal),
      response: { 200: Committed, ...PROBLEM_RESPONSES },
    },
    handler: async (request) => {
      const { patient, consentId } = request.params;
      ownPatientOnly(principalOf(request), patient);
      const body = request.body ?? {};
      const outcome = await writer.write(writeRequest(request), 'consent', 'withdraw', async () => {
        const touches = [`consents:${patient}`];
        if ('entry' in body)
          return {
            entries: [signer.accept(body.entry, 'consent', 'withdraw', { kind: 'patient', id: patient })],
            touches,
          };
        const wallet = await authors.patient(patient);
        return { entries: [signer.sign(wallet, 'consent', 'withdraw', { consentId, patient })], touches };
      });
      return committedView(outcome);
    },
  });

  app.get('/patients/:patient/consents', {
    config: { access: { resource: 'Consent', permission: 's' } },
    schema: {
      operationId: 'listConsents',
      summary: 'All consents of a patient, newest first',
      tags: ['Consent'],
      params: Params,
      response: { 200: Type.Object({ consents: Type.Array(ConsentView) }), ...PROBLEM_RESPONSES },
    },
    handler: async (request) => {
      const { patient } = request.params;
      ownPatientOnly(principalOf(request), patient);
      const found = await readModel.list('consent', { patient, limit: MAX_LISTED });
      const consents = found
        .filter(({ flaw }) => flaw === null)
        .map(({ state, txId }) => {
          const { consentId, status, consent, grantedAt, withdrawnAt } = state;
          return { consentId, status, consent, grantedAt, withdrawnAt, txId };
        });
      return { consents };
    },
  });
};

/** A patient's consents are bounded on the ledger (`MAX_CONSENTS_PER_PATIENT`). */
const MAX_LISTED = 250;
