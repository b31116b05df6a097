#!/usr/bin/env node
// A Solidity compiler executable around npm's WebAssembly `solc`, for tools that expect the native one.
//
// It answers `--version` and `--standard-json` (sources by `urls`, imports through a reading callback, with
// `--base-path`, `--include-path` and `--allow-paths`). Everything else is refused with one line and exit 1.
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const compiler = require(process.env.DAISEE_SOLC_MODULE || 'solc');

function fail(message) {
  process.stderr.write(`solc: ${message}\n`, () => process.exit(1));
}

function parseArguments(argv) {
  const options = { base: process.cwd(), include: [], allow: [], standardJson: false, version: false };
  for (let i = 0; i < argv.length; i++) {
    const [name, inline] = argv[i].split(/=(.*)/s);
    const value = () => (inline !== undefined ? inline : argv[++i]);
    if (name === '--version') options.version = true;
    else if (name === '--standard-json') options.standardJson = true;
    else if (name === '--base-path') options.base = path.resolve(value());
    else if (name === '--include-path') options.include.push(path.resolve(value()));
    else if (name === '--allow-paths') options.allow.push(...value().split(',').filter(Boolean).map((p) => path.resolve(p)));
    else return { error: `unknown option ${argv[i]}` };
  }
  return options;
}

function reader(options) {
  const roots = [options.base, ...options.include];
  const allowed = [...roots, ...options.allow];
  const inside = (file) => allowed.some((root) => file === root || file.startsWith(root + path.sep));
  return (name) => {
    const plain = name.replace(/^file:\/\//, '');
    for (const candidate of roots.map((root) => path.resolve(root, plain))) {
      if (inside(candidate) && fs.existsSync(candidate)) return { contents: fs.readFileSync(candidate, 'utf8') };
    }
    return { error: `File not found inside the allowed directories: ${name}` };
  };
}

const options = parseArguments(process.argv.slice(2));
if (options.error) {
  fail(options.error);
} else if (options.version) {
  // Callers look for a native platform name in the version line.
  const version = compiler.version().replace('.Emscripten.clang', '.Linux.g++');
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${version}\n`);
} else if (options.standardJson) {
  const input = JSON.parse(fs.readFileSync(0, 'utf8'));
  const read = reader(options);
  for (const [name, source] of Object.entries(input.sources || {})) {
    if (source.content !== undefined) continue;
    const found = (source.urls || []).map(read).find((answer) => answer.contents !== undefined);
    if (found) input.sources[name] = { content: found.contents };
  }
  const output = compiler.compile(JSON.stringify(input), { import: read });
  // Exit only once everything is written: an exit before that cuts a pipe at 64 KiB.
  process.stdout.write(output, () => process.exit(0));
} else {
  fail('only --version and --standard-json are supported');
}
