import { fileURLToPath } from 'node:url';

/** The project's root, whether this runs from sources or from what was built. */
export const PROJECT_DIRECTORY = fileURLToPath(new URL('../../..', import.meta.url));
