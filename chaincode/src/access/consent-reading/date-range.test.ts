import { dateRange, instantMs, periodRange } from './date-range.ts';

const iso = (range: ReturnType<typeof dateRange>) =>
  range && [new Date(range.low).toISOString(), new Date(range.high).toISOString()];

describe('dateRange', () => {
  it.each([
    ['2025', '2025-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z'],
    ['2024-02', '2024-02-01T00:00:00.000Z', '2024-03-01T00:00:00.000Z'],
    ['2025-12', '2025-12-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z', '2024-03-01T00:00:00.000Z'],
    ['2025-03-01T12:00:00Z', '2025-03-01T12:00:00.000Z', '2025-03-01T12:00:00.001Z'],
    ['2025-03-01T12:00:00.25+02:00', '2025-03-01T10:00:00.250Z', '2025-03-01T10:00:00.251Z'],
    ['2025-03-01T23:30:00-01:00', '2025-03-02T00:30:00.000Z', '2025-03-02T00:30:00.001Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z', '2017-01-01T00:00:00.001Z'],
    ['0033-04-03', '0033-04-03T00:00:00.000Z', '0033-04-04T00:00:00.000Z'],
  ])('%s covers from %s to before %s', (date, low, high) => {
    expect(iso(dateRange(date))).toEqual([low, high]);
  });

  it.each([
    '',
    '25',
    '0000',
    '2025-13',
    '2025-00',
    '2025-02-29',
    '2025-04-31',
    '2025-3-1',
    '2025-03-01T12:00Z',
    '2025-03-01T12:00:00',
    '2025-03-01T24:00:00Z',
    '2025-03-01T12:60:00Z',
    '2025-03-01T12:00:61Z',
    '2025-03-01T12:00:00+15:00',
    '2025-03-01T12:00:00+01:60',
    '2025-03-01 12:00:00Z',
    ' 2025',
    '2025\n',
    20250301,
    null,
    undefined,
  ])('refuses %j', (value) => {
    expect(dateRange(value)).toBeUndefined();
  });
});

describe('periodRange', () => {
  it('leaves a missing side open', () => {
    expect(periodRange(undefined, undefined)).toEqual({ low: -Infinity, high: Infinity });
  });
  it('includes the whole of its last day, and a period may be one instant', () => {
    expect(iso(periodRange('2025-03-01', '2025-03-01'))).toEqual([
      '2025-03-01T00:00:00.000Z',
      '2025-03-02T00:00:00.000Z',
    ]);
    expect(periodRange('2025-03-01T12:00:00Z', '2025-03-01T12:00:00Z')).toBeDefined();
  });
  it('refuses an end before its start, and a malformed side', () => {
    expect(periodRange('2025-03-02', '2025-03-01')).toBeUndefined();
    expect(periodRange('2025-03-02', 'soon')).toBeUndefined();
    expect(periodRange('soon', undefined)).toBeUndefined();
  });
});

describe('instantMs', () => {
  it('takes an instant and no partial date', () => {
    expect(instantMs('1970-01-01T00:00:01Z')).toBe(1000);
    expect(instantMs('2025-03-01')).toBeUndefined();
    expect(instantMs(null)).toBeUndefined();
  });
});
