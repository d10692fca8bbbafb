// Builds the image, and starts it once: npm run image -- --help
import { runCommand } from '../sim/run-command.ts';
import { makeImage } from './image/make-image.ts';
import { helpText, readOptions } from './image/options.ts';

process.exitCode = await runCommand(helpText, () => readOptions(process.argv.slice(2)), makeImage);
