"""Sixty texts that somebody could write into a table to do harm where it is shown."""

from __future__ import annotations

# What would run calls `ran`, which the page's first script puts there.
HOSTILE = (
    # Scripts and what ends an element
    "<script>ran(1)</script>",
    "</script><script>ran(2)</script>",
    "</title><script>ran(3)</script>",
    "</style><script>ran(4)</script>",
    "</textarea><script>ran(5)</script>",
    "<!--<script>ran(6)//-->",
    "--><script>ran(7)</script>",
    "]]><script>ran(8)</script>",
    "<ScRiPt src=data:text/javascript,ran(9)></ScRiPt>",
    "<scr<script>ipt>ran(10)</scr</script>ipt>",
    # Handlers of events
    "<img src=x onerror=ran(11)>",
    '"><img src=x onerror=ran(12)>',
    "' onmouseover='ran(13)",
    '" autofocus onfocus="ran(14)',
    "<details open ontoggle=ran(15)>",
    "<body onload=ran(16)>",
    "<input autofocus onfocus=ran(17)>",
    "<video><source onerror=ran(18)></video>",
    "<audio src=x onerror=ran(19)>",
    "<marquee onstart=ran(20)>",
    # Templates
    "{{ ran(21) }}",
    "{{ 7 * 7 }}{% raw %}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "${ran(24)}",
    "`${ran(25)}`",
    "#{ran(26)}",
    "<%= ran(27) %>",
    "{count} {0} {x.__class__} %s %(name)s",
    # Drawings
    "<svg onload=ran(29)>",
    "<svg><script>ran(30)</script></svg>",
    '<svg><a xlink:href="javascript:ran(31)"><text>x</text></a></svg>',
    "<svg><animate onbegin=ran(32) attributeName=x dur=1s>",
    "<math><mtext><script>ran(33)</script></mtext></math>",
    # Addresses
    "javascript:ran(34)",
    '<a href="javascript:ran(35)">x</a>',
    '<iframe src="javascript:ran(36)"></iframe>',
    "<iframe srcdoc='<script>parent.ran(37)</script>'></iframe>",
    "data:text/html,<script>ran(38)</script>",
    '<meta http-equiv="refresh" content="0;url=javascript:ran(39)">',
    '<base href="https://x.example/">',
    '<form action="https://x.example/"><button>x</button></form>',
    '<link rel="stylesheet" href="https://x.example/x.css">',
    "tel:112;ext=ran(43)",
    # Style
    "<style>*{display:none}</style>",
    '<b style="position:fixed;inset:0;background:red">x</b>',
    "}*{display:none}/*",
    "expression(ran(47))",
    # Escapes of scripts and of JSON
    '\\"};ran(48);//',
    "';ran(49);//",
    "\\u003cscript\\u003eran(50)\\u003c/script\\u003e",
    "&lt;script&gt;ran(51)&lt;/script&gt;",
    "\u2028ran(52)\u2029",
    # Directions, marks and lengths
    "\u202eran(53)\u202c",
    "\u2067\u2066\u200f\u061c right to left",
    "a\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308" * 12,
    "W" * 300,
    "\U0001f469\u200d\U0001f469\u200d\U0001f467" * 30,
    "\ufeff\u200b\u00ad\u2060 nothing to see",
    # Formulas
    '=HYPERLINK("https://x.example/","ran(59)")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
)
