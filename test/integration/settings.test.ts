import { describe, expect, it } from '@jest/globals';
import { startOfficeProcess } from '../helpers/office-process.ts';

describe('settings of models and money that make no sense', () => {
  it.each([
    [{ OFFICE_ROUTE_PLANNER: 'gpt-9' }, 'there is no model "gpt-9"'],
    [{ OFFICE_BUDGET_DAY_USD: '-1' }, 'OFFICE_BUDGET_DAY_USD must be US dollars'],
  ])('%j: the office does not open, and says why', async (environment, message) => {
    await expect(startOfficeProcess(environment)).rejects.toThrow(message);
  });
});
