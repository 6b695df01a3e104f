package markdown_test

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"plog.dev/plog/views/markdown"
)

func render(t testing.TB, text string) string {
	t.Helper()
	var b strings.Builder
	if err := markdown.HTML(text).Render(t.Context(), &b); err != nil {
		t.Fatalf("%.100q: %v", text, err)
	}
	return b.String()
}

func TestMarkdown(t *testing.T) {
	for text, want := range map[string]string{
		"":                             ``,
		"Plain & <simple>":             `<p>Plain &amp; </p>`,
		"**bold** *it* ~~no~~ `a<b`":   `<p><strong>bold</strong> <em>it</em> <del>no</del> <code>a&lt;b</code></p>`,
		"- 하나\n- 둘":                    "<ul>\n<li>하나</li>\n<li>둘</li>\n</ul>",
		"3. three":                     "<ol start=\"3\">\n<li>three</li>\n</ol>",
		"[docs](https://x.example/a)":  `<p><a href="https://x.example/a" rel="nofollow noreferrer noopener" target="_blank">docs</a></p>`,
		"[mail](mailto:a@x.example)":   `<p><a href="mailto:a@x.example" rel="nofollow noreferrer">mail</a></p>`,
		"| a |\n|---|\n| b |":          "<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>b</td>\n</tr>\n</tbody>\n</table>",
		"```js\nalert(1)\n```":         "<pre><code>alert(1)\n</code></pre>",
		"before <b>raw</b> after":      `<p>before raw after</p>`,
		"![dog](https://x.example/d)":  `<p></p>`,
		"[here](/settings)":            `<p>here</p>`,
		"# Title {#id .class onclick}": `<h1>Title {#id .class onclick}</h1>`,
	} {
		want = `<div class="prose markdown">` + want
		if got := render(t, text); !strings.HasPrefix(got, want) || !strings.HasSuffix(got, "</div>") {
			t.Errorf("%q is\n%s\nwant\n%s", text, got, want)
		}
	}
}

// attacks are ways to make a page do something.
var attacks = []string{
	`<script>alert(1)</script>`,
	`<SCRIPT SRC=//x.example/x.js></SCRIPT>`,
	`<scr<script>ipt>alert(1)</scr</script>ipt>`,
	`<img src=x onerror=alert(1)>`,
	`<img src="x" onerror="alert(1)" `,
	`<svg onload=alert(1)>`,
	`<svg><script>alert(1)</script></svg>`,
	`<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>`,
	`<iframe src="javascript:alert(1)"></iframe>`,
	`<a href="javascript:alert(1)">x</a>`,
	"<a href=\"java\tscript:alert(1)\">x</a>",
	`<form action=/logout method=post><button>x</button></form>`,
	`<style>body{display:none}</style>`,
	`<p style="position:fixed;inset:0" class="dialog" id="main" hx-get="/settings" hx-trigger="load">x</p>`,
	`<base href="https://x.example/">`,
	`<meta http-equiv="refresh" content="0;url=https://x.example">`,
	`<object data="data:text/html,<script>alert(1)</script>">`,
	`<link rel=stylesheet href=//x.example>`,
	`<input autofocus onfocus=alert(1)>`,
	`<details open ontoggle=alert(1)>`,
	`<noscript><p title="</noscript><img src=x onerror=alert(1)>">`,
	`<!--><img src=x onerror=alert(1)>-->`,
	`<![CDATA[<img src=x onerror=alert(1)>]]>`,
	`</div></main><script>alert(1)</script>`,
	`[x](javascript:alert(1))`,
	`[x](JaVaScRiPt:alert(1))`,
	"[x](java\nscript:alert(1))",
	`[x](&#106;avascript:alert(1))`,
	`[x](javascript&colon;alert(1))`,
	`[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)`,
	`[x](vbscript:msgbox(1))`,
	`[x](//x.example/path)`,
	`[x](https://x.example" onmouseover="alert(1))`,
	`[x](<javascript:alert(1)>)`,
	`[x]: javascript:alert(1)` + "\n\n[x]",
	`<javascript:alert(1)>`,
	`<https:>`, `http://#.a0000`, `<https:settings>`, `[x](https:/settings)`, `[x](https:\\settings)`, `[x](https:///settings)`,
	`<https://x.example/"onclick="alert(1)>`,
	`![x](x "onerror=alert(1)")`,
	`![x](https://x.example/track.gif)`,
	`![x](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+)`,
	"```\n</code></pre><script>alert(1)</script>\n```",
	"`<script>alert(1)</script>`",
	"| <script>alert(1)</script> |\n|---|\n| <img src=x onerror=alert(1)> |",
	"\x00<script>alert(1)</script>",
	"<scr\x00ipt>alert(1)</scr\x00ipt>",
	"\xff\xfe<script>alert(1)</script>",
}

func TestMarkdownCanOnlyBeRead(t *testing.T) {
	for _, text := range attacks {
		harmless(t, text)
		harmless(t, "> - "+text)
		harmless(t, "text before\n\n"+text+"\n\ntext after")
	}
}

func FuzzMarkdown(f *testing.F) {
	for _, text := range attacks {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { harmless(t, text) })
}

var allowed = map[string]string{
	"div": "class", "p": "class", "br": "", "hr": "", "h1": "", "h2": "", "h3": "", "h4": "", "h5": "", "h6": "", "strong": "", "em": "",
	"del": "", "code": "", "pre": "", "blockquote": "", "ul": "", "ol": "start", "li": "", "table": "", "thead": "", "tbody": "",
	"tr": "", "th": "", "td": "", "a": "href rel target",
}

// harmless reads what is shown as a browser does, and fails for any element or
// attribute that is more than text.
func harmless(t testing.TB, text string) {
	t.Helper()
	out := render(t, text)
	const web, secure, mail = "http://", "https://", "mailto:"
	z := html.NewTokenizer(strings.NewReader(out))
	for depth := 0; ; {
		kind := z.Next()
		token := z.Token()
		switch kind {
		case html.ErrorToken:
			if depth != 0 {
				t.Errorf("%q leaves its box: %s", text, out)
			}
			return
		case html.CommentToken, html.DoctypeToken:
			t.Errorf("%q: %s", text, out)
		case html.StartTagToken, html.SelfClosingTagToken:
			attributes, ok := allowed[token.Data]
			if !ok {
				t.Errorf("%q has the element %s: %s", text, token.Data, out)
			}
			for _, a := range token.Attr {
				if !strings.Contains(" "+attributes+" ", " "+a.Key+" ") {
					t.Errorf("%q has the attribute %s: %s", text, a.Key, out)
				}
				if a.Key == "href" && !strings.HasPrefix(strings.ToLower(a.Val), web) && !strings.HasPrefix(strings.ToLower(a.Val), secure) && !strings.HasPrefix(strings.ToLower(a.Val), mail) {
					t.Errorf("%q leads to %s", text, a.Val)
				}
				if a.Key == "class" && a.Val != "prose markdown" && a.Val != "prewrap" {
					t.Errorf("%q has the class %s", text, a.Val)
				}
			}
			if token.Data == "div" {
				depth++
			}
		case html.EndTagToken:
			if token.Data == "div" {
				depth--
			}
		}
	}
}

func TestMarkdownIsBounded(t *testing.T) {
	const much = 4 << 20
	for name, text := range map[string]string{
		"text":     strings.Repeat("words ", much/6),
		"hangul":   strings.Repeat("가", much/3),
		"quotes":   strings.Repeat(">", much),
		"brackets": strings.Repeat("[", much),
		"pictures": strings.Repeat("![", much/2),
		"stars":    strings.Repeat("*a **a ", much/7),
		"lists":    strings.Repeat("- ", much/2),
		"indents":  strings.Repeat(strings.Repeat(" ", 200)+"- a\n", much/204),
		"steps":    steps(2000),
		"links":    strings.Repeat("[a](b) ", much/7),
		"tables":   strings.Repeat("|", much) + "\n" + strings.Repeat("|-", much/2),
		"html":     strings.Repeat("<div>", much/5),
		"bytes":    strings.Repeat("\xff", much),
	} {
		t.Run(name, func(t *testing.T) {
			started := time.Now()
			out := render(t, text)
			if took := time.Since(started); took > 5*time.Second {
				t.Errorf("took %v", took)
			}
			if len(out) > 16*markdown.Longest {
				t.Errorf("%d bytes", len(out))
			}
			harmless(t, text)
		})
	}
}

// steps is a list in a list in a list.
func steps(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat("  ", i) + "- a\n")
	}
	return b.String()
}
