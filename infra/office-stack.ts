import { type App, Stack, Tags } from 'aws-cdk-lib';
import type { Configuration } from './configuration.ts';
import { explainFindings } from './nag.ts';
import { OfficeService } from './service.ts';

/** One deployment of the office. Nothing in it depends on account or region, so one template fits all. */
export class OfficeStack extends Stack {
  readonly service: OfficeService;

  constructor(app: App, props: { readonly configuration: Configuration; readonly bundles: string }) {
    const { name } = props.configuration;
    super(app, stackName(name), {
      stackName: stackName(name),
      description: 'The intelligent office: plans, checks, runs and reviews tasks, and loses none of them',
    });
    this.service = new OfficeService(this, 'Office', props);
    explainFindings(this, this.service);
    Tags.of(this).add('application', 'intelligent-office');
    Tags.of(this).add('office', name);
  }
}

export const stackName = (officeName: string): string =>
  officeName === 'office' ? 'IntelligentOffice' : `IntelligentOffice-${officeName}`;
