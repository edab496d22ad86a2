// Asks Node's own parser, which needs --experimental-vm-modules for ES modules. Standard input: a JSON list of `{ text, isEsm }`. Standard
// output: a JSON list of the refusal's message, or `null`, in the same order.
import { readFileSync } from 'node:fs';
import vm from 'node:vm';

const names = ['exports', 'require', 'module', '__filename', '__dirname'];
const answers = JSON.parse(readFileSync(0, 'utf8')).map(({ text, isEsm }) => {
  try {
    if (isEsm) new vm.SourceTextModule(text);
    else vm.compileFunction(text.replace(/^\ufeff/, '').replace(/^#!/, '//'), names);
    return null;
  } catch (error) {
    return error.message;
  }
});
process.stdout.write(JSON.stringify(answers));
