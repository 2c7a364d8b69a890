// Knows how to read what a module imports, exports and takes from its surroundings, by TypeScript's own parser.
import ts from 'typescript';
import type { RepositoryFile } from './repositoryFiles.ts';

/** One import or re-export of a module. */
export interface ImportFact {
  readonly specifier: string;
  readonly line: number;
  /** `export … from`: the names, or `*`. */
  readonly reExports?: string;
}

/** One exported declaration of a module. */
export interface ExportFact {
  readonly name: string;
  readonly line: number;
  readonly documented: boolean;
  /** Whether it is a type only, gone when the module runs. */
  readonly isType: boolean;
}

/** One use of a global: `process`, or a member such as `Date.now`. */
export interface GlobalUse {
  readonly name: string;
  readonly line: number;
}

/** What the rules need to know of a module. */
export interface ModuleFacts {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly ImportFact[];
  readonly exports: readonly ExportFact[];
  readonly globals: readonly GlobalUse[];
}

/** Reads a module's facts; types count as imports too. */
export function readModule({ path, text }: RepositoryFile): ModuleFacts {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const imports: ImportFact[] = [];
  const exports: ExportFact[] = [];
  const globals: GlobalUse[] = [];
  const lineOf = (node: ts.Node): number => source.getLineAndCharacterOfPosition(node.getStart()).line + 1;

  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement) && ts.isStringLiteral(statement.moduleSpecifier)) {
      imports.push({ specifier: statement.moduleSpecifier.text, line: lineOf(statement) });
    }
    if (ts.isExportDeclaration(statement)) {
      const { moduleSpecifier, exportClause } = statement;
      if (moduleSpecifier !== undefined && ts.isStringLiteral(moduleSpecifier)) {
        const reExports =
          exportClause === undefined || ts.isNamespaceExport(exportClause) ? '*' : exportClause.getText();
        imports.push({ specifier: moduleSpecifier.text, line: lineOf(statement), reExports });
      }
    }
    exports.push(...exportsOf(statement, lineOf));
  }

  const visit = (node: ts.Node): void => {
    const specifier = dynamicSpecifier(node);
    if (specifier !== undefined) imports.push({ specifier, line: lineOf(node) });
    const name = globalName(node);
    if (name !== undefined) globals.push({ name, line: lineOf(node) });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { path, text, imports, exports, globals };
}

function exportsOf(statement: ts.Statement, lineOf: (node: ts.Node) => number): ExportFact[] {
  const isExported =
    ts.canHaveModifiers(statement) &&
    ts.getModifiers(statement)?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword);
  if (!isExported) return [];
  const fact = (name: string): ExportFact => ({
    name,
    line: lineOf(statement),
    documented: ts.getJSDocCommentsAndTags(statement).some((part) => ts.isJSDoc(part)),
    isType: ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement),
  });
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map((declaration) => fact(declaration.name.getText()));
  }
  const { name } = statement as ts.DeclarationStatement;
  return [fact(name?.getText() ?? 'default')];
}

/** The module named by `import('…')`, or by `import('…')` in a type. */
function dynamicSpecifier(node: ts.Node): string | undefined {
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const [first] = node.arguments;
    return first !== undefined && ts.isStringLiteralLike(first) ? first.text : undefined;
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return ts.isStringLiteral(node.argument.literal) ? node.argument.literal.text : undefined;
  }
  return undefined;
}

const WHOLE_GLOBALS = new Set(['process', 'console']);
const GLOBAL_MEMBERS = new Set(['Date.now', 'performance.now', 'Math.random']);

function globalName(node: ts.Node): string | undefined {
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length)
    return 'Date.now';
  if (ts.isPropertyAccessExpression(node)) {
    const text = node.getText().replace(/^globalThis\./, '');
    if (GLOBAL_MEMBERS.has(text)) return text;
    if (ts.isIdentifier(node.expression) && WHOLE_GLOBALS.has(node.expression.text))
      return node.expression.text;
  }
  // `const { env } = process`, `spyOn(console, …)`.
  const parent = node.parent;
  if (ts.isIdentifier(node) && WHOLE_GLOBALS.has(node.text) && parent !== undefined) {
    if (ts.isVariableDeclaration(parent) && parent.initializer === node) return node.text;
    if (ts.isCallExpression(parent) && parent.arguments.includes(node)) return node.text;
    if (ts.isElementAccessExpression(parent) && parent.expression === node) return node.text;
  }
  return undefined;
}
