import type { Command } from 'commander';
import { UsageError } from './failures.ts';

export type Finish = (code: number | Promise<number>) => Promise<void>;

/** A command that talks to an office: address, key and `--json` besides its own options. */
export function officeCommand(parent: Command): (usage: string, description: string) => Command {
  return (usage, description) =>
    parent
      .command(usage)
      .description(description)
      .option('--url <url>', "the office's address")
      .option('--key <key>', 'an API key')
      .option('--json', 'print machine-readable output only');
}

/**
 * Lets a command that does something by itself have commands too: a name that none of them has is told as such, not as
 * an argument too many.
 * @param alone what the command does by itself, "lists them"
 */
export function refuseOtherCommands(group: Command, alone: string): void {
  group
    .enablePositionalOptions()
    .helpCommand(true)
    .allowExcessArguments(true)
    .hook('preAction', (_group, called) => {
      const [name] = called.args;
      if (called !== group || name === undefined) return;
      const names = group.commands.map((each) => each.name()).join(', ');
      throw new UsageError(
        `There is no command "${group.name()} ${name}": "office ${group.name()}" alone ${alone}, its commands are ${names}.`,
      );
    });
}
