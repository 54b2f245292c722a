import { App } from 'aws-cdk-lib';
import { bundleRoot } from '../infra/bundling/bundle.ts';
import { readConfiguration } from '../infra/configuration.ts';
import { OfficeStack } from '../infra/office-stack.ts';

const app = new App();
new OfficeStack(app, { configuration: readConfiguration(process.env), bundles: bundleRoot });
app.synth();
