import base from './jest.config.mjs';

/** The black-box suite: HTTP and the command line only, against the office of OFFICE_BASE_URL and OFFICE_API_KEY. */
export default {
  ...base,
  testMatch: ['<rootDir>/test/e2e/**/*.test.ts'],
  testTimeout: 60_000,
};
