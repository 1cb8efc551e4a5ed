/** Whether a tree can be written on every common system, and stays what it is there. */
import type { ViewedTree } from './viewed-tree.ts';

export async function checkPortable(_tree: ViewedTree): Promise<void> {}
