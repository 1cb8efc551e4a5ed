import { InvalidInputError, nearestOf, SETTINGS, type Store } from '../../index.ts';
import { parseWord } from '../arguments.ts';
import type { Arguments, Command } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import type { Output } from '../output.ts';

const ACTIONS = ['list', 'get', 'set', 'unset'] as const;
type Action = (typeof ACTIONS)[number];

export const config: Command = {
  spec: {
    usage: 'config <action> [key] [value]',
    summary: 'list, get, set or unset the settings of a store',
    about: [
      'ACTION is list, get, set or unset. get ends with code 1 where the setting is not set. Settings:',
      ...Array.from(
        SETTINGS,
        ([key, { about, form }]) => `  ${key.padEnd(18)} ${about}:\n${' '.repeat(21)}${form}`,
      ),
    ].join('\n'),
    words: ACTIONS,
    examples: [
      ["cas config set user.name 'Ada Lovelace'", 'names the author of new snapshots'],
      ['cas config list', 'shows what is set'],
    ],
  },
  async run(args, { out, store: open }) {
    const action = parseWord(args.required('action'), { command: 'config', words: ACTIONS });
    checkWords(args, action);
    const store = await open();
    switch (action) {
      case 'list':
        return list(out, store);
      case 'get':
        return get(out, store, args.required('key'));
      case 'set':
        return store.setSetting(args.required('key'), args.required('value'));
      case 'unset':
        return unset(store, args.required('key'));
    }
  },
};

/** @throws InvalidInputError `USAGE` */
function checkWords(args: Arguments, action: Action): void {
  const given = [args.text('key'), args.text('value')].filter((word) => word !== undefined).length;
  const wanted = { list: 0, get: 1, set: 2, unset: 1 }[action];
  if (given === wanted) return;
  const form = ['', ' KEY', ' KEY VALUE'][wanted];
  throw new InvalidInputError(
    'USAGE',
    `too ${given < wanted ? 'few' : 'many'} words for 'config ${action}'`,
    {
      hint: `write 'cas config ${action}${form}'`,
    },
  );
}

async function list(out: Output, store: Store): Promise<void> {
  const settings = [...store.settings].sort(([left], [right]) => (left < right ? -1 : 1));
  if (out.format === 'json') await out.json(Object.fromEntries(settings));
  else for (const [key, value] of settings) await out.line(out.safe(`${key}=${value}`));
}

async function get(out: Output, store: Store, key: string): Promise<number> {
  checkKey(key);
  const value = store.settings.get(key);
  if (value === undefined) return EXIT.no;
  if (out.format === 'json') await out.json(value);
  else await out.line(out.safe(String(value)));
  return EXIT.ok;
}

/** Also one that this version does not know, for another one may have set it. */
async function unset(store: Store, key: string): Promise<void> {
  if (!store.settings.has(key)) checkKey(key);
  await store.setSetting(key, undefined);
}

/** @throws InvalidInputError `SETTING_UNKNOWN` */
function checkKey(key: string): void {
  if (SETTINGS.has(key)) return;
  const near = nearestOf(key, [...SETTINGS.keys()]);
  throw new InvalidInputError('SETTING_UNKNOWN', `no setting is named '${key.slice(0, 80)}'`, {
    hint: near === undefined ? `choose one of ${[...SETTINGS.keys()].join(', ')}` : `did you mean '${near}'?`,
  });
}
