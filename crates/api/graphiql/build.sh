#!/bin/sh
# Builds what `/graphiql` serves: one script and one style sheet, without anything to fetch. Run `npm install` first.
set -eu
cd "$(dirname "$0")"
npx esbuild entry.jsx --bundle --minify --format=iife --legal-comments=none \
    --define:process.env.NODE_ENV='"production"' --outfile=node_modules/.build/graphiql.js
# The fonts are left out: they are four fifths of it, and every system has some.
node -e '
    const { readFileSync, writeFileSync } = require("fs");
    const css = readFileSync("node_modules/graphiql/graphiql.min.css", "utf8");
    writeFileSync("node_modules/.build/graphiql.css", css.replace(/@font-face\s*\{[^}]*\}/g, ""));
'
gzip -9nc node_modules/.build/graphiql.js > graphiql.js.gz
gzip -9nc node_modules/.build/graphiql.css > graphiql.css.gz
