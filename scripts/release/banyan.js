#!/usr/bin/env node
'use strict';

// Starts the binary that npm installed for this machine, passes signals on, and ends as it ends.
const {spawn} = require('node:child_process');

const name = `@banyan-run/banyan-${process.platform}-${process.arch}`;
let binary;
try {
  binary = require.resolve(`${name}/bin/banyan${process.platform === 'win32' ? '.exe' : ''}`);
} catch {
  console.error(`banyan: the package ${name} is not installed.`);
  console.error('   It comes with npm install, unless optional dependencies are left out (--omit=optional) or there is no binary for this system.');
  process.exit(1);
}

const child = spawn(binary, process.argv.slice(2), {stdio: 'inherit'});
// A terminal sends Ctrl-C to both: this process must outlive the other one, which decides what it means.
process.on('SIGINT', () => {});
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => {
  console.error(`banyan: ${binary} cannot be started: ${error.message}`);
  process.exit(1);
});
child.on('exit', (code, signal) => {
  if (signal === null) process.exit(code);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
