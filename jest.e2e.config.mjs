import base from './jest.config.mjs';

/** The black-box suite: HTTP and the command line only, against the office of OFFICE_BASE_URL and OFFICE_API_KEY. */
export default {
  ...base,
  testMatch: ['<rootDir>/test/e2e/**/*.test.ts'],
  // Longer than a test waits for a task, so that it can say what the task was doing.
  testTimeout: 90_000,
};
