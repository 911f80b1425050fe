// node load.cjs MODULE FOLDER: reads each file of the folder with js-yaml; prints the seconds that took.
const fs = require("node:fs");
const path = require("node:path");
const [, , module_, folder] = process.argv;
const yaml = require(module_);

const begin = process.hrtime.bigint();
let documents = 0;
for (const name of fs.readdirSync(folder)) {
  if (yaml.load(fs.readFileSync(path.join(folder, name), "utf8")).steps) documents += 1;
}
console.log(documents, Number(process.hrtime.bigint() - begin) / 1e9);
