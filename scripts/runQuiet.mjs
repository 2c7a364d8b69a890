// Knows how to run a program whose output matters only when it fails.
import { spawn } from 'node:child_process';

/**
 * Runs a program without a terminal and keeps what it writes.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{
 *   readonly cwd?: string,
 *   readonly env?: NodeJS.ProcessEnv,
 *   readonly timeoutMs?: number,
 * }} [options]
 * @returns {Promise<{ readonly code: number, readonly stdout: string, readonly output: string }>}
 *   `output` is stdout and stderr as they came; code 124: killed at the time limit; 127: could not be started
 */
export function runQuiet(command, args, { cwd, env = process.env, timeoutMs = 600_000 } = {}) {
  return new Promise((resolve) => {
    // A group of its own, so that a stop reaches the grandchildren too.
    const detached = process.platform !== 'win32';
    const shell = process.platform === 'win32';
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached, shell });
    const stop = () => {
      if (child.pid === undefined) return;
      try {
        if (detached) process.kill(-child.pid, 'SIGKILL');
        else child.kill('SIGKILL');
      } catch {
        // Already gone.
      }
    };
    const leaveOnInterrupt = () => process.exit(130);
    const leaveOnTermination = () => process.exit(143);
    process.on('exit', stop);
    process.on('SIGINT', leaveOnInterrupt);
    process.on('SIGTERM', leaveOnTermination);

    let stdout = '';
    let output = '';
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      stop();
    }, timeoutMs);
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    /** @param {number} code */
    const finish = (code) => {
      clearTimeout(timer);
      process.off('exit', stop);
      process.off('SIGINT', leaveOnInterrupt);
      process.off('SIGTERM', leaveOnTermination);
      resolve({ code, stdout, output });
    };
    child.on('error', (error) => {
      output += `${error.message}\n`;
      finish(127);
    });
    child.on('close', (code) => {
      if (timedOut) output += `stopped after ${Math.round(timeoutMs / 1000)} s\n`;
      finish(timedOut ? 124 : (code ?? 1));
    });
  });
}
