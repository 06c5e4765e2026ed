/** Environment of peers and orderers, of any deployment: JSON lines, as the other processes of a consortium write them. */
export const NODE_LOGGING = { FABRIC_LOGGING_SPEC: 'info', FABRIC_LOGGING_FORMAT: 'json' } as const;
