/** For commands that go on for long: a machine that shuts down asks them to stop as Ctrl-C does. */
export function stopOnTerminate(): void {
  process.once('SIGTERM', () => process.emit('SIGINT', 'SIGINT'));
}
