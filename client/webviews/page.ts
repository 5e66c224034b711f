// The HTML around every webview's script: only our own files, no eval, no inline script.
import { randomBytes } from 'node:crypto';
import { Uri, type Webview } from 'vscode';

/** `name`: of the bundle `dist/<name>-page.js` and of `client/media/<name>.css`. `body` is our own HTML. */
export function pageHtml(webview: Webview, extension: Uri, name: string, body: string): string {
  const nonce = randomBytes(16).toString('base64url');
  const file = (...parts: string[]) => webview.asWebviewUri(Uri.joinPath(extension, ...parts)).toString();
  const policy = `default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'; img-src ${webview.cspSource}`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${file('client', 'media', `${name}.css`)}">
</head>
<body>
${body}
<script nonce="${nonce}" src="${file('dist', `${name}-page.js`)}"></script>
</body>
</html>`;
}

/** What a webview may load. */
export function pageOptions(extension: Uri): { enableScripts: true; localResourceRoots: Uri[] } {
  return {
    enableScripts: true,
    localResourceRoots: [Uri.joinPath(extension, 'dist'), Uri.joinPath(extension, 'client', 'media')],
  };
}
