// Knows how a program of the machine is run: to its end, its output kept for the one line that says why it failed.
import { spawn } from 'node:child_process';

/** How a program ended. */
export interface ToolResult {
  /** The exit code; undefined where the program was not found or was killed. */
  readonly code: number | undefined;
  readonly stdout: string;
  /** What went wrong in one line: the last error it printed, or why it did not start. */
  readonly fault: string;
}

/** Where and how a program runs. */
export interface ToolOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Kills it. */
  readonly signal?: AbortSignal | undefined;
}

/** Runs a program and waits for it; a failure is told, not thrown. Throws the signal's reason where that stopped it. */
export async function runTool(
  command: string,
  args: readonly string[],
  { cwd, env = process.env, signal }: ToolOptions = {},
): Promise<ToolResult> {
  const result = await new Promise<ToolResult>((done) => {
    const child = spawn(command, [...args], {
      ...(cwd === undefined ? {} : { cwd }),
      ...(signal === undefined ? {} : { signal }),
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (piece: Buffer) => {
      stdout += piece.toString();
    });
    child.stderr.on('data', (piece: Buffer) => {
      stderr += piece.toString();
    });
    child.on('error', (error) => done({ code: undefined, stdout, fault: error.message }));
    child.on('close', (code) => done({ code: code ?? undefined, stdout, fault: faultOf(stderr, code) }));
  });
  signal?.throwIfAborted();
  return result;
}

/** The first line that speaks of an error, or else the last one; pip and compilers print much around it. */
function faultOf(stderr: string, code: number | null): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const line = lines.find((each) => /\berror\b/i.test(each)) ?? lines.at(-1);
  return line ?? (code === null ? 'it was killed' : `exit code ${code}`);
}
