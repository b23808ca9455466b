// A Node.js program that does nothing: what every program that runs on it weighs.
process.stderr.write('{"msg":"ready"}\n');
setInterval(() => {}, 2 ** 30);
