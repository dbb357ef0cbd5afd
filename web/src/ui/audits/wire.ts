/** What the server says of audits, as it stands on the wire. */
import type { components } from '../../model/api';
import type { Document, Ontology } from '../../wire';

type Schemas = components['schemas'];

export type Audit = Schemas['AuditView'];
export type Claim = Schemas['ClaimView'];
export type Certificate = Schemas['CertificateView'];
export type Draw = Omit<Schemas['DrawView'], 'document' | 'ontology'> & { document: Document; ontology: Ontology };

export interface Verdict {
  verdict: 'right' | 'wrong' | 'unclear';
  code?: string;
  reason?: string;
  seconds: number;
}
