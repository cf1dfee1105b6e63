// Has JSON-LD documents judged by the types of schema.org (schema-dts), and expands them with jsonld.js.
//
//   linked.mjs types DOCUMENT…       what the compiler complains of
//   linked.mjs expand CONTEXT DOCUMENT…    N-Quads of each, as one JSON document
import { readFileSync } from "node:fs";
import jsonld from "jsonld";
import ts from "typescript";

const [what, ...files] = process.argv.slice(2);
const parsed = (file) => JSON.parse(readFileSync(file, "utf8"));

if (what === "types") {
  const name = "judged.ts";
  const events = files.flatMap((file) => parsed(file)["@graph"] ?? [parsed(file)]);
  const typed = events.map((event, n) => {
    const { "@context": _, ...rest } = event;
    return `const event${n}: ${event["@type"]} = ${JSON.stringify(rest)};`;
  });
  const text = `import type { BusinessEvent, EducationEvent } from "schema-dts";\n${typed.join("\n")}\nexport {};\n`;
  const options = {
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    types: [],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (file) => file.endsWith(name) || fileExists(file);
  host.readFile = (file) => (file.endsWith(name) ? text : readFile(file));
  host.getSourceFile = (file, version) =>
    file.endsWith(name) ? ts.createSourceFile(file, text, version) : getSourceFile(file, version);
  const program = ts.createProgram([name], options, host);
  const complaints = ts.getPreEmitDiagnostics(program);
  console.log(JSON.stringify(complaints.map((one) => ts.flattenDiagnosticMessageText(one.messageText, "\n").slice(0, 600))));
} else {
  const [context, ...documents] = files;
  // schema.org's own context is not asked for: what we use of it stands in the file.
  const documentLoader = async (url) => ({ contextUrl: null, documentUrl: url, document: parsed(context) });
  const quads = {};
  for (const file of documents) {
    quads[file] = await jsonld.toRDF(parsed(file), { format: "application/n-quads", documentLoader });
  }
  console.log(JSON.stringify(quads));
}
