import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { PatientState } from '@medquorum/chaincode/patient/patient-state';
import { Type } from 'typebox';
import { principalOf } from '../http/authentication.ts';
import { ownPatientOnly } from '../http/own-patient.ts';
import {
  Committed,
  EncryptionKeyBody,
  Limit,
  PROBLEM_RESPONSES,
  SignatureText,
  SigningKeyText,
  Uuid,
  WriteHeaders,
} from '../http/schemas.ts';
import { writeRequest } from '../http/write-request.ts';
import type { Patients } from './patients.ts';

const Mrn = Type.String({
  minLength: 1,
  maxLength: 64,
  description: "the hospital's own number; it never leaves its database",
});
const Custodial = Type.Object(
  { wallet: Type.Literal('custodial'), mrn: Type.Optional(Mrn) },
  { additionalProperties: false },
);
const OwnDevice = Type.Object(
  {
    wallet: Type.Literal('self'),
    mrn: Type.Optional(Mrn),
    pseudonym: Uuid,
    signingKey: SigningKeyText,
    encryptionKey: EncryptionKeyBody,
    keyProof: SignatureText,
  },
  { additionalProperties: false },
);
const PatientView = Type.Object({
  pseudonym: Uuid,
  wallet: Type.String({ description: '`custodial`: the registering hospital holds the keys and can act alone' }),
  registeredBy: Type.String(),
  keyGeneration: Type.Integer(),
  status: Type.String(),
});
const Params = Type.Object({ patient: Uuid });

export const patientRoutes: FastifyPluginAsyncTypebox<Readonly<{ patients: Patients }>> = async (app, { patients }) => {
  app.post('/patients', {
    config: { access: { resource: 'Patient', permission: 'c' } },
    schema: {
      operationId: 'registerPatient',
      summary: 'Enrol a patient under a new pseudonym',
      tags: ['Patient'],
      headers: WriteHeaders,
      body: Type.Union([Custodial, OwnDevice]),
      response: { 201: Type.Intersect([Committed, Type.Object({ pseudonym: Uuid })]), ...PROBLEM_RESPONSES },
    },
    handler: async (request, reply) => {
      const registered = await patients.register(writeRequest(request), request.body);
      return reply.code(201).header('location', `/patients/${registered.pseudonym}`).send(registered);
    },
  });

  app.post('/patients/lookup', {
    config: {
      access: { resource: 'Patient', permission: 's', roles: ['clinician', 'assistant', 'administrator', 'system'] },
    },
    schema: {
      operationId: 'lookupPatient',
      summary: "Pseudonym of a patient by the hospital's own number",
      tags: ['Patient'],
      body: Type.Object({ mrn: Mrn }, { additionalProperties: false }),
      response: { 200: Type.Object({ pseudonym: Uuid }), ...PROBLEM_RESPONSES },
    },
    handler: async (request) => ({ pseudonym: await patients.byNumber(request.body.mrn) }),
  });

  app.get('/patients', {
    config: { access: { resource: 'Patient', permission: 's' } },
    schema: {
      operationId: 'listPatients',
      summary: 'Patients whom this organisation enrolled, newest first',
      tags: ['Patient'],
      querystring: Type.Object({ limit: Limit }, { additionalProperties: false }),
      response: { 200: Type.Object({ patients: Type.Array(PatientView) }), ...PROBLEM_RESPONSES },
    },
    handler: async (request) => {
      const found = await patients.own(request.query.limit);
      return { patients: found.filter(({ flaw }) => flaw === null).map(({ state }) => view(state)) };
    },
  });

  app.get('/patients/:patient', {
    config: { access: { resource: 'Patient', permission: 'r' } },
    schema: {
      operationId: 'getPatient',
      summary: 'A patient as registered on the ledger',
      tags: ['Patient'],
      params: Params,
      response: { 200: PatientView, ...PROBLEM_RESPONSES },
    },
    handler: async (request) => {
      ownPatientOnly(principalOf(request), request.params.patient);
      return view(await patients.find(request.params.patient));
    },
  });
};

function view({ pseudonym, wallet, registeredBy, keyGeneration, status }: PatientState) {
  return { pseudonym, wallet, registeredBy, keyGeneration, status };
}
