// The table that ends the start: where everything is, and as whom to log in.
import { DEMO_ROLES, gatewayUrl } from './load-charts.mjs';

/** Columns padded to their widest cell; the first row is the heading. */
export function textTable(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd(),
  );
  return [lines[0], widths.map((width) => '-'.repeat(width)).join('  '), ...lines.slice(1)].join('\n');
}

export function overview(topology, users, hasDemoUsers) {
  const rows = topology.organizations
    .filter(({ gatewayPort }) => gatewayPort !== undefined)
    .map((organization) => {
      const roles = hasDemoUsers ? (DEMO_ROLES[organization.application.kind] ?? []) : [];
      return [
        organization.displayName,
        gatewayUrl(organization),
        `${gatewayUrl(organization)}/docs`,
        ['admin', 'system', ...roles].join(', '),
      ];
    });
  return `${textTable([['organisation', 'gateway', 'documents page', 'users'], ...rows])}\n\nPassword of every user (development only): ${users.password}`;
}
