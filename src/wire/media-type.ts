/** What documents and streams are called where a machine says what it sends. */
export const MEDIA_TYPES = {
  labels: 'application/x-cas-labels',
  fetch: 'application/x-cas-fetch',
  push: 'application/x-cas-push',
  frames: 'application/x-cas-frames',
  json: 'application/json',
} as const;
