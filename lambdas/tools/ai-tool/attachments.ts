/** Workspace files as parts of a prompt. */
import type { MessagePart } from '../../shared/llm/provider.ts';
import { InvalidPathError, normalizeWorkspacePath } from '../../shared/security/workspace-path.ts';
import { ToolFailure } from '../../shared/tools/define-tool.ts';
import { FileNotFoundError, type Workspace } from '../../shared/tools/workspace.ts';

/** Bedrock takes documents up to 4.5 MB and pictures up to 3.75 MB; larger ones fail at the provider. */
const LARGEST_BINARY = 3_750_000;
const LARGEST_TEXT = 500_000;

const images: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
};

/** @throws ToolFailure FileNotFound, InvalidPath, AttachmentTooLarge, UnsupportedAttachment */
export async function readAttachments(
  workspace: Workspace,
  paths: readonly string[],
): Promise<readonly MessagePart[]> {
  const parts: MessagePart[] = [];
  for (const path of paths) parts.push(partOf(path, await read(workspace, path)));
  return parts;
}

async function read(workspace: Workspace, path: string): Promise<Uint8Array> {
  try {
    return (await workspace.read(normalizeWorkspacePath(path))).bytes;
  } catch (error) {
    if (error instanceof FileNotFoundError)
      throw new ToolFailure('FileNotFound', error.message, { cause: error });
    if (error instanceof InvalidPathError)
      throw new ToolFailure('InvalidPath', error.message, { cause: error });
    throw error;
  }
}

function partOf(path: string, bytes: Uint8Array): MessagePart {
  const ending = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  const image = images[ending];
  const isDocument = ending === 'pdf';
  const largest = image || isDocument ? LARGEST_BINARY : LARGEST_TEXT;
  if (bytes.length > largest)
    throw new ToolFailure(
      'AttachmentTooLarge',
      `The attachment "${path}" has ${bytes.length} bytes; at most ${largest} can be looked at.`,
    );
  if (image) return { type: 'image', media_type: image, bytes };
  if (isDocument) return { type: 'document', media_type: 'application/pdf', name: path, bytes };
  return { type: 'text', text: `File ${JSON.stringify(path)}:\n${textOf(path, bytes)}` };
}

function textOf(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new ToolFailure(
      'UnsupportedAttachment',
      `The attachment "${path}" is neither text (UTF-8) nor a PNG, JPEG, GIF, WebP or PDF.`,
      { cause: error },
    );
  }
}
