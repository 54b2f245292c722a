/** A permission that the black-box suite doesn't make use of, and why the function has it all the same. */
export interface UnusedPermission {
  readonly reason: string;
  fits(caller: string, action: string, resource: string): boolean;
}

export const unusedPermissions: readonly UnusedPermission[] = [];
