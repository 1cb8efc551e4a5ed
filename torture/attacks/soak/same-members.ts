/** Whether two lists of texts have the same members, in whichever order. */
export function haveSameMembers(left: Iterable<string>, right: Iterable<string>): boolean {
  const [some, others] = [[...left].sort(), [...right].sort()];
  return some.length === others.length && some.every((text, at) => text === others[at]);
}
