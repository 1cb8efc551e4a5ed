/** Watches what never changes. */
import { EventEmitter } from 'node:events';

export class SilentWatcher extends EventEmitter {
  close(): void {
    this.emit('close');
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}
