export const LABEL = 'app.kubernetes.io/name';
export const COMPONENT = 'app.kubernetes.io/component';
export const PART_OF = 'app.kubernetes.io/part-of';

export const namespaceName = (organization: string) => `medquorum-${organization}`;
/** Name of the Service by which what watches the network finds a unit. */
export const metricsServiceOf = (unit: string) => `${unit}-metrics`;

/** Of an object that belongs to the unit `app`. */
export const metadata = (namespace: string, name: string, app = name) => ({
  name,
  namespace,
  labels: { [LABEL]: app, [PART_OF]: 'medquorum' },
});
