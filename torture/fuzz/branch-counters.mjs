/**
 * Counts what runs: in every function, branch, loop, case and half of a condition a counter is put, which goes up each
 * time it is come by.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { transformSync } from 'esbuild';
import { parseAst } from 'vitest/node';

/** What stands in a program for how many counters it has, until that is known. */
const COUNT = '__BRANCH_COUNT__';

/**
 * Stands before all else in a program: `branchCounts.counts` is by branch how often it was come by, 255 at most, and
 * `met` the branches that were, in their order, `met[0]` of them.
 */
export const BANNER = `
const { counts: $counts, met: $met } = (globalThis.branchCounts = {
  counts: new Uint8Array(${COUNT}),
  met: new Uint32Array(${COUNT} + 1),
});
function $count(branch) {
  const times = $counts[branch];
  if (times === 0) $met[++$met[0]] = branch;
  if (times < 255) $counts[branch] = times + 1;
}
`;

/** @typedef {{ readonly type: string, readonly start: number, readonly end: number }} Node */
/** @typedef {{ readonly at: number, readonly text: string }} Insertion */

/** Where sources are that are counted: our own, and those of others that decode for us. */
const COUNTED = /\/src\/.*\.ts$|\/pako\/dist\/.*\.m?js$|\/ignore\/index\.js$/;

/**
 * For one program, which begins with {@link BANNER}, and is built with `write: false`: it is written here.
 *
 * @returns {import('esbuild').Plugin}
 */
export function branchCounters() {
  let count = 0;
  const counter = () => `$count(${count++})`;
  return {
    name: 'branch-counters',
    setup: (build) => {
      build.onLoad({ filter: COUNTED }, ({ path }) => {
        const loader = path.endsWith('.ts') ? 'ts' : 'js';
        const { code } = transformSync(readFileSync(path, 'utf8'), { loader, target: 'node20' });
        return { contents: insert(code, insertionsIn(parseAst(code), counter)), loader: 'js' };
      });
      build.onEnd(({ outputFiles = [] }) => {
        for (const { path, text } of outputFiles) writeFileSync(path, text.replaceAll(COUNT, `${count}`));
      });
    },
  };
}

/**
 * @param {string} code
 * @param {Insertion[]} insertions those at one place in the order in which they are to stand there
 */
function insert(code, insertions) {
  let text = '';
  let from = 0;
  for (const { at, text: inserted } of insertions.sort((left, right) => left.at - right.at)) {
    text += code.slice(from, at) + inserted;
    from = at;
  }
  return text + code.slice(from);
}

/**
 * @param {Node} program
 * @param {() => string} counter
 */
function insertionsIn(program, counter) {
  /** @type {Insertion[]} */
  const opened = [];
  /** @type {Insertion[]} */
  const closed = [];
  /** @param {Node} node */
  const visit = (node) => {
    const counted = countedIn(/** @type {any} */ (node)).map((counted) => around(counted, counter()));
    for (const { start } of counted) opened.push(start);
    for (const part of Object.values(node).flat()) if (isNode(part)) visit(part);
    for (const { end } of counted) closed.push(end); // after those of what is in it
  };
  visit(program);
  return [...closed, ...opened]; // what ends at a place stands there before what begins
}

/** @typedef {{ readonly node: Node, readonly as: 'statement' | 'expression' | 'case' | 'else' }} Counted */

/**
 * The parts of a node that run or do not.
 *
 * @param {Record<string, any>} node
 * @returns {Counted[]}
 */
function countedIn(node) {
  switch (node['type']) {
    case 'IfStatement': {
      const { consequent, alternate } = node;
      const otherwise = alternate ? { node: alternate, as: 'statement' } : { node: consequent, as: 'else' };
      return [{ node: consequent, as: 'statement' }, /** @type {Counted} */ (otherwise)];
    }
    case 'ArrowFunctionExpression':
      return [
        { node: node['body'], as: node['body'].type === 'BlockStatement' ? 'statement' : 'expression' },
      ];
    case 'ForStatement':
    case 'ForOfStatement':
    case 'ForInStatement':
    case 'WhileStatement':
    case 'DoWhileStatement':
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'CatchClause':
      return [{ node: node['body'], as: 'statement' }];
    case 'SwitchCase':
      return node['consequent'].slice(0, 1).map((/** @type {Node} */ first) => ({ node: first, as: 'case' }));
    case 'ConditionalExpression':
      return [node['consequent'], node['alternate']].map((half) => ({ node: half, as: 'expression' }));
    case 'LogicalExpression':
      return [{ node: node['right'], as: 'expression' }];
    default:
      return [];
  }
}

/**
 * What stands before and behind a part that is counted.
 *
 * @param {Counted} counted
 * @param {string} count
 */
function around({ node, as }, count) {
  const { start, end } = node;
  const put = (/** @type {string} */ before, /** @type {string} */ behind) => ({
    start: { at: start, text: before },
    end: { at: end, text: behind },
  });
  switch (as) {
    case 'statement':
      if (node.type !== 'BlockStatement') return put(`{${count};`, '}');
      return { start: { at: start + 1, text: `${count};` }, end: { at: end, text: '' } };
    case 'expression':
      return put(`(${count},`, ')');
    case 'case':
      return put(`${count};`, '');
    case 'else':
      return put('', `else ${count};`);
  }
}

/**
 * @param {unknown} part
 * @returns {part is Node}
 */
function isNode(part) {
  return typeof part === 'object' && part !== null && 'type' in part && 'start' in part;
}
