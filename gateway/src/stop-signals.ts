/** Ctrl-C, an orderly end by a service manager, the terminal or connection that is gone. */
export const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
