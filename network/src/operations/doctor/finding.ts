/** One thing that was looked at. */
export type Finding = Readonly<{
  /** What was looked at, such as `ports`. */
  check: string;
  subject: string;
  level: 'ok' | 'warning' | 'problem';
  detail: string;
  /** What to do about it; every warning and problem has one. */
  cure?: string;
}>;

export const ok = (check: string, subject: string, detail: string): Finding => ({
  check,
  subject,
  level: 'ok',
  detail,
});

export const warning = (check: string, subject: string, detail: string, cure: string): Finding => ({
  check,
  subject,
  level: 'warning',
  detail,
  cure,
});

export const problem = (check: string, subject: string, detail: string, cure: string): Finding => ({
  check,
  subject,
  level: 'problem',
  detail,
  cure,
});
