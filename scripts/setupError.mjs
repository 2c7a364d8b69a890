// Knows the failure of a set-up: one line that says where, expected, found and cure, and a program's last lines.

/** A failure that the user can act on. */
export class SetupError extends Error {
  /**
   * @param {string} message
   * @param {string} [output] of the program that failed; its last 25 lines are kept
   */
  constructor(message, output = '') {
    const tail = output.trimEnd().split('\n').slice(-25).join('\n');
    super(tail === '' ? message : `${message}\n${tail}`);
    this.name = 'SetupError';
  }
}
