/**
 * The regular expression of everything below a folder of the project, wherever the project lies.
 * @param {string} projectDirectory path, taken as it is: one with `+` or `(` in its name is matched all the same
 * @param {string} folder itself a regular expression
 */
export const pathPattern = (projectDirectory, folder) =>
  `^${projectDirectory.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')}/${folder}`;
