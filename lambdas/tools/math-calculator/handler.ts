import { toolHandler } from '../../shared/tools/tool-handler.ts';
import { createMathCalculator } from './math-calculator.ts';

export const handler = toolHandler(createMathCalculator());
