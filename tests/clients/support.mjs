// Starts a Puddle daemon for a test in JavaScript, and packs functions.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const here = path.dirname(fileURLToPath(import.meta.url));
export const root = path.resolve(here, '../..');
const binary = process.env.PUDDLE_BINARY ?? path.join(root, 'build/dev/emulator/puddle');

/** Runs `test(endpoint)` against a daemon of its own. */
export async function withDaemon(flags, test) {
  const daemon = spawn(binary, ['up', '--ephemeral', '--port', '0', '--inbox-port', '0', ...flags]);
  let text = '';
  try {
    const endpoint = await new Promise((resolve, reject) => {
      daemon.stderr.on('data', (part) => { text += part; });
      daemon.stdout.on('data', (part) => {
        text += part;
        if (/^Ready\.$/m.test(text)) resolve(/http:\/\/[^\s/]+/.exec(text)[0]);
      });
      daemon.on('exit', () => reject(new Error(`puddle ended: ${text}`)));
    });
    await test(endpoint);
  } catch (error) {
    process.stderr.write(text);
    throw error;
  } finally {
    daemon.removeAllListeners('exit');
    daemon.kill('SIGTERM');
  }
}

export async function waitFor(what, condition) {
  const end = Date.now() + 20_000;
  while (Date.now() < end) {
    const value = await condition();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`waited in vain for ${what}`);
}

export const options = (endpoint) => ({
  endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, maxAttempts: 1 });

/** A zip with index.mjs and whole packages of node_modules. */
export function zip(code, packages = []) {
  const work = mkdtempSync(path.join(tmpdir(), 'puddle-js-'));
  const file = path.join(work, 'code.zip');
  try {
    execFileSync('python3', ['-c', `
import os, sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as out:
    info = zipfile.ZipInfo("index.mjs")
    info.external_attr = 0o644 << 16
    out.writestr(info, sys.argv[2])
    for package in sys.argv[3:]:
        for folder, _, names in os.walk(os.path.join("node_modules", package)):
            for name in names:
                if name.endswith((".js", ".mjs", ".cjs", ".json")):
                    out.write(os.path.join(folder, name))
`, file, code, ...packages], { cwd: here });
    return readFileSync(file);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
