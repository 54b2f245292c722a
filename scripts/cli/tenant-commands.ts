import type { Command } from 'commander';
import type { Finish } from './office-command.ts';
import type { Terminal } from './terminal.ts';

/** What whoever runs the office does with a tenant: its limits, and the data that the office holds of it. */
export function addTenantCommands(program: Command, terminal: Terminal, finish: Finish): void {
  const tenant = program.command('tenant').description("a tenant's limits and data: limits, export, erase");
  tenant
    .command('limits <tenant>')
    .description('show or set how much a tenant, or one of its keys, may ask')
    .option('--key <id>', 'one key instead of all of the tenant')
    .option('--requests-per-minute <n>', 'a number, or none')
    .option('--tasks-per-day <n>', 'a number, or none')
    .option('--json', 'print machine-readable output only')
    .action(async (id, options) =>
      finish((await import('./commands/limits.ts')).tenantLimits(id, options, terminal)),
    );
  tenant
    .command('export <tenant>')
    .description('write everything the office holds of a tenant to a folder')
    .option('--out <folder>', 'where to; else <tenant>-export')
    .option('--json', 'print machine-readable output only')
    .action(async (id, options) =>
      finish((await import('./commands/tenant.ts')).exportTenant(id, options, terminal)),
    );
  tenant
    .command('erase <tenant>')
    .description('erase everything the office holds of a tenant, for good')
    .option('--yes', 'do it')
    .option('--json', 'print machine-readable output only')
    .action(async (id, options) =>
      finish((await import('./commands/tenant.ts')).eraseTenant(id, options, terminal)),
    );
}
