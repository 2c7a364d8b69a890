// Knows where the browser keeps which engine was best for a model, for pages and workers alike.
import type { EngineName } from '../engines/engine.ts';

/** An engine that was chosen, and why. */
export interface Choice {
  readonly engine: EngineName;
  readonly reason: string;
}

/** Keeps choices; where that fails, it keeps nothing and says nothing. */
export interface ChoiceMemory {
  read(key: string): Promise<Choice | undefined>;
  write(key: string, choice: Choice): Promise<void>;
}

const DATABASE = 'asfp-engines';
const STORE = 'choices';

/** Choices in IndexedDB. */
export const choiceMemory: ChoiceMemory = {
  read: (key) => attempt<Choice | undefined>('readonly', (store) => store.get(key)),
  write: async (key, choice) => {
    await attempt('readwrite', (store) => store.put(choice, key));
  },
};

/** The answer to one request; undefined where there is no database, it is blocked, full, or of another form. */
async function attempt<T>(
  mode: IDBTransactionMode,
  request: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T | undefined> {
  try {
    if (typeof indexedDB === 'undefined') return undefined;
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    const database = await answerOf(opening);
    try {
      return await answerOf(request(database.transaction(STORE, mode).objectStore(STORE)));
    } finally {
      database.close();
    }
  } catch {
    return undefined;
  }
}

function answerOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('no answer'));
    if ('onblocked' in request) request.onblocked = () => reject(new Error('blocked'));
  });
}
