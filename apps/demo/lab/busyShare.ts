// Knows how busy the machine's cores are.
import { cpus } from 'node:os';
import { setTimeout } from 'node:timers/promises';

/** The share of all cores' time that was not idle during the next `ms` milliseconds, in [0, 1]. */
export async function busyShare(ms = 300): Promise<number> {
  const before = coreTimes();
  await setTimeout(ms);
  const after = coreTimes();
  const all = after.all - before.all;
  // Where the system tells no times, nothing is known to be busy.
  return all > 0 ? 1 - (after.idle - before.idle) / all : 0;
}

function coreTimes(): { readonly all: number; readonly idle: number } {
  let all = 0;
  let idle = 0;
  for (const { times } of cpus()) {
    all += times.user + times.nice + times.sys + times.idle + times.irq;
    idle += times.idle;
  }
  return { all, idle };
}
