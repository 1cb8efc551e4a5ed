/** Who asks, and what that one may see and change. */
import type { LabelName } from '../label/name.ts';
import { ALL_RIGHTS, type Rights } from '../sync/rights.ts';
import { compileStars } from '../tree/conditions.ts';
import { findToken, type KnownToken, type ListedToken } from './token-list.ts';

/** Whoever asks a store that lets them in. */
export interface Visitor {
  /** Of the token that was shown, if one was. */
  readonly token: string | undefined;
  readonly rights: Rights;
  /** Whether there is a label that may be written. */
  readonly mayPush: boolean;
}

/** What a server lets anybody do. */
export interface AccessRules {
  /** Whether labels may be read without a token, all of them. */
  readonly publicRead: boolean;
  /** Whether anything may be changed at all. */
  readonly mayWrite: boolean;
}

/** Who came over a way that asked already, such as ssh. */
export const OWNER: Visitor = { token: undefined, rights: ALL_RIGHTS, mayPush: true };

const BEARER = /^bearer +([^\s,]+) *$/i;
const NEVER = (): boolean => false;
const ALWAYS = (): boolean => true;

/** The token in the values of the header Authorization: `undefined` without one, and `''` where it holds none. */
export function tokenIn(values: readonly string[] | undefined): string | undefined {
  const [first, second] = values ?? [];
  if (first === undefined) return undefined;
  return (second === undefined ? BEARER.exec(first)?.[1] : undefined) ?? '';
}

/**
 * @param tokens of the store; `undefined` where it has never had one, and so is open
 * @param shown as {@link tokenIn} says
 * @returns `undefined` for who is not let in
 */
export function admit(
  tokens: readonly ListedToken[] | undefined,
  shown: string | undefined,
  rules: AccessRules,
): Visitor | undefined {
  if (tokens === undefined) return shown === undefined ? openTo(rules) : undefined;
  if (shown === undefined) return rules.publicRead ? PUBLIC : undefined;
  const token = findToken(tokens, shown);
  return token && visitorWith(token, rules);
}

const PUBLIC: Visitor = {
  token: undefined,
  rights: { mayRead: ALWAYS, mayWrite: NEVER, reach: 'labels' },
  mayPush: false,
};

function openTo({ publicRead, mayWrite }: AccessRules): Visitor {
  const reach = publicRead ? 'labels' : 'store';
  const rights: Rights = { mayRead: ALWAYS, mayWrite: mayWrite ? ALWAYS : NEVER, reach };
  return { token: undefined, rights, mayPush: mayWrite };
}

function visitorWith({ name, scope, labels }: KnownToken, rules: AccessRules): Visitor {
  const isMeant = labels.length === 0 ? ALWAYS : anyOf(labels);
  const mayPush = scope === 'write' && rules.mayWrite;
  return {
    token: name,
    rights: {
      mayRead: rules.publicRead ? ALWAYS : isMeant,
      mayWrite: mayPush ? isMeant : NEVER,
      reach: labels.length === 0 ? 'store' : 'labels',
    },
    mayPush,
  };
}

function anyOf(patterns: readonly string[]): (name: LabelName) => boolean {
  const tests = patterns.map(compileStars);
  return (name) => tests.some((test) => test(name));
}
