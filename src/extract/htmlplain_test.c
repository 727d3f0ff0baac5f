/* htmlplain_test.c - plain pages have the tree that gumbo makes of them; others
 * are given up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "extract/htmlnode.h"
#include "extract/htmlplain.h"
#include "extract/trees_test.h"

static struct gn_budget budget = {.deadline_ns = INT64_MAX};

/* Whether it is plain; then its tree is the right one. */
static bool is_plain(const char *html, size_t size)
{
    xmlDoc *doc;

    assert_int_equal(gn_htmlplain_parse(html, size, &budget, &doc), GARNER_OK);
    if (doc == NULL)
        return false;
    assert_tree_is_gumbos(doc, html, size);
    gn_htmlnode_free(doc);
    return true;
}

#define DOC  "<!doctype html>"
#define PAGE DOC "<html><head><title>t</title></head><body>"

static const char *const plain_pages[] = {
    "",
    " ",
    "x",
    " x ",
    "<title>t</title>x",
    "\n" DOC "\n<html lang=en>\n<head>\n <meta charset='utf-8'/>\n"
    "<title>a &amp; b</title>\n<link rel=x href=y>\n<style>a > b</style>"
    "<script>if (a<b) '</p>'</script>\n</head>\n<body class=\"a b\">\n"
    "<p>x</p>\n</body>\n</html>\n",
    "<!--a--><html><!--b--><head><!--c--></head><!--d--><body><!--e-->x"
    "</body><!--f--></html><!--g-->",
    PAGE "x<!---->y",
    PAGE "<p>x</p></body><!--a--> <!--b--></html><!--c-->\n",
    PAGE "x</body>\n<!--a-->\n<!--b--></html>\n<!--c-->\n",
    PAGE "x</body>\n</html>\n",
    PAGE "<div>x</body>\n\n</html> ",
    PAGE "x</body>\n<!--a-->\n</html>\n<!--b-->\n\n",
    PAGE "<p>a<p>b</p>c<div>d</div><p>e<div>f</div>",
    PAGE "<p>a<ul><li>b<li>c<p>d<li><ul><li>e</ul></ul>f",
    PAGE "<ul><li>a<div><p>b</div><li>c</li>\n</ul>",
    PAGE "<dl><dt>a<dd>b<p>c<dt>d<dl><dd>e</dl></dl>",
    PAGE "<h1>a</h1><h2>b <em>c</em></h2><hr><p>d<hr>e",
    PAGE "<p>a <b>b <i>c</i></b> <code><span>d</span></code><a href=e>f</a>",
    PAGE "<pre>\n\na\n</pre><pre>b</pre><p>c<pre>d</pre>",
    PAGE "<blockquote><p>a</blockquote><center>b</center>",
    PAGE "<form><input type=hidden><p>a</form><form>b</form>",
    PAGE "<p><button>a</button>c<div><button>a<p>b</button>c",
    PAGE "<select><option value=1>a<option selected>b</option></select>c"
         "<select></select>",
    PAGE "<table><tr><td>a<td>b<tr><th>c</table>d",
    PAGE "<p>x<table class=t>\n<caption>a <b>b</b></caption>\n<colgroup>"
         "<col><col></colgroup>\n<thead><tr><th>c</thead>\n<tbody><tr><td>"
         "<p>d<ul><li>e</ul></td></tr>\n</tbody><tfoot><tr><td>f</tfoot>"
         "</table>",
    PAGE "<table><colgroup><col><tr><td>a<table><td>b</table><td>c</table>",
    PAGE "<table><script>a</script><!--b--><tr><script>c</script><td>"
         "<a href=x>d</a></table>",
    PAGE "<a href=x><table><tr><td><a href=y>z</a></table></a>",
    "<table><tr><td>x</table>",
    PAGE "<p><table><tr><td>a</p>b</table></p>c<div></p></div>",
    PAGE "<p>a<svg xmlns='x' viewBox='0 0 1 1'><G fill=red>\n<title>b &amp; "
         "c</title><path d='M0'/><text>d</text><linearGradient id='e'/></G>"
         "<a><b1/></a></svg>f<p><svg/>g",
    PAGE "a<br></br>b</br><img></img>c</hr>",
    PAGE "<p><small><i>a</small></i></p><b><i>x</b></i>y",
    PAGE "<ul><li><a href='a?b=1&c=2&amp;d=&copy;'>&lt;&nbsp;&#233;&#x20ac;"
         "&mdash;& &</a></ul>",
    PAGE "<IMG SRC=a ALT='x>y'><br/><my-tag A.b:c_d>x</MY-TAG><time>y</time>",
    PAGE "<div id=a\n\tclass = 'b'\fc >x</div >",
    PAGE "<a href=b/>x</a><p/>y<div/>z",
    PAGE "<b><b><b><b><b>x</b></b></b></b></b><p>y",
    PAGE "<p><b>a</b><table><tr><td>b</table>",
    PAGE "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",
    PAGE "<dfn>a<abbr>b</abbr></dfn><label>c<input></label><video><source>"
         "</video>",
    PAGE "<li>a<li>b<dd>c<dt>d",
    PAGE "<dt>a<li>b<dt>c<li>d<dd>e",
    PAGE "<section><h2>a</h2><article><header>b</header></article>"
         "<footer>c</footer></section><figure><figcaption>d</figcaption></"
         "figure>"
         "<details><summary>e</summary>f</details>",
};

static const char *const odd_pages[] = {
    PAGE "<b><p>x</b>y</p>",
    PAGE "<a>x<a>y</a></a>",
    PAGE "<a><p>x</a>y",
    PAGE "<span><p>x</span>y",
    PAGE "<b><i>x</b> </i>",
    PAGE "<b><span>x</b></span>",
    PAGE "<i><b><u>x</b></i></u>",
    PAGE "</col>",
    PAGE "</meta>",
    PAGE "</div>",
    PAGE "<p><b>x<p>y",
    PAGE "<table>x<tr><td>y</table>",
    PAGE "<table><div>x</div></table>",
    PAGE "<table><tr><td><div>x<td>y</table>",
    PAGE "<table><caption>a<tr><td>b</table>",
    PAGE "<td>x",
    PAGE "<h1>x<h2>y</h2>",
    PAGE "<form>x<form>y</form>",
    PAGE "<button>x<button>y</button>",
    PAGE "<option>x",
    PAGE "<select><b>x</b></select>",
    PAGE "<select><select>",
    PAGE "<svg><p>x</svg>",
    PAGE "<svg><desc>x</desc></svg>",
    PAGE "<svg><foreignObject></foreignObject></svg>",
    PAGE "<svg><title><b>x</b></title></svg>",
    PAGE "<svg><style>x</style></svg>",
    PAGE "<svg><a xlink:href=x></a></svg>",
    PAGE "<svg><g></svg>",
    PAGE "<svg>x</svg >y",
    PAGE "<svg></p></svg>",
    PAGE "<table><svg></svg></table>",
    PAGE "<svg></body>",
    PAGE "<select></p></select>",
    PAGE "<button></p></button>",
    PAGE "<textarea>\nx</textarea>",
    PAGE "<template>x</template>",
    PAGE "<object></object>",
    PAGE "<p a=1 A=2>x",
    PAGE "<p a=b'c>x",
    PAGE "<p a='b>x",
    PAGE "<p a",
    PAGE "<p a=",
    PAGE "<p 'a'>x",
    PAGE "<",
    PAGE "< p>",
    PAGE "</>",
    PAGE "<?php ?>",
    PAGE "<!-->x-->",
    PAGE "<!--a--!>b-->",
    PAGE "<![CDATA[x]]>",
    PAGE "&copy x",
    PAGE "&hellip",
    PAGE "&lang;",
    PAGE "&bne;",
    PAGE "&#128;",
    PAGE "&#0;",
    PAGE "<p title='a&copy'>",
    PAGE "<p title='&notin'>",
    PAGE "<script><!-- <script></script>--></script>",
    PAGE "<script>",
    PAGE "</body>x",
    PAGE "</body><p>",
    PAGE DOC,
    PAGE "a\rb",
    PAGE "a\x01",
    PAGE "\xff",
    PAGE "\xc2\x80",
    PAGE "\xef\xbf\xbe",
    "\xef\xbb\xbfx",
    "<!DOCTYPE html PUBLIC '-//W3C//DTD HTML 4.01//EN'>x",
    "<html><html>",
    "<head></head><title>x</title>",
    "<frameset>",
    "<p>x<table><tr><td>y</table>",
};

static void plain_pages_are_as_gumbo_has_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof plain_pages / sizeof plain_pages[0]; i++)
        if (!is_plain(plain_pages[i], strlen(plain_pages[i])))
            fail_msg("not plain: %s", plain_pages[i]);
}

static void what_is_odd_is_given_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof odd_pages / sizeof odd_pages[0]; i++)
        if (is_plain(odd_pages[i], strlen(odd_pages[i])))
            fail_msg("plain: %s", odd_pages[i]);
    assert_false(is_plain("a\0b", 3));
}

/* Any element in any other, with all ends and with few: if that is plain, it is
 * as gumbo has it. */
static void elements_in_elements(void **state)
{
    static const char *const names[] = {
        "p",     "div",    "li",    "ul",      "dd",     "dl",     "h1",
        "a",     "b",      "span",  "pre",     "form",   "table",  "tr",
        "td",    "tbody",  "thead", "caption", "col",    "option", "select",
        "br",    "hr",     "img",   "title",   "script", "button", "colgroup",
        "th",    "dt",     "head",  "body",    "html",   "meta",   "x-y",
        "input", "center", "main",  "label",   "nav",    "dialog", "hgroup",
        "svg",   "path",   "g",     "menu",    "address"};
    const size_t count = sizeof names / sizeof names[0];
    char html[300];
    size_t plain = 0;

    (void)state;
    for (size_t i = 0; i < count * count * count; i++) {
        const char *a = names[i % count];
        const char *b = names[i / count % count];
        const char *c = names[i / count / count];

        snprintf(html, sizeof html, "%s<%s>1<%s>2<%s>3</%s>4</%s>5</%s>6",
                 i % 2 == 0 ? DOC : "", a, b, c, c, b, a);
        plain += is_plain(html, strlen(html));
        snprintf(html, sizeof html, "%s<%s><%s><%s>3</%s></%s>6", PAGE, a, b, c,
                 i % 3 == 0 ? c : b, a);
        plain += is_plain(html, strlen(html));
    }
    assert_true(plain > count * count * count / 4);
}

static void large_ones_and_spent_time(void **state)
{
    struct gn_budget spent = {.deadline_ns = 1};
    struct gn_buf html = {0};
    xmlDoc *doc;

    (void)state;
    for (size_t i = 0; i < 250; i++)
        gn_buf_text(&html, "<div>");
    assert_true(is_plain(html.data, html.size));
    for (size_t i = 0; i < 50; i++)
        gn_buf_text(&html, "<div>");
    assert_false(is_plain(html.data, html.size));
    gn_buf_clear(&html);
    for (size_t i = 0; i < 2000; i++)
        gn_buf_text(&html, "<p>x");
    assert_int_equal(gn_htmlplain_parse(html.data, html.size, &spent, &doc),
                     GARNER_TIMEOUT);
    assert_null(doc);
    gn_buf_fini(&html);
}

static void long_names_are_odd(void **state)
{
    static const char *const forms[] = {"<x%s>y", "<x %s>y", "<x></x%s>y"};

    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        for (size_t size = 253; size < 258; size++) {
            char name[300] = "";
            char html[400];

            memset(name, 'a', size);
            snprintf(html, sizeof html, forms[i], name);
            if (size + (i == 0) > 255)
                assert_false(is_plain(html, strlen(html)));
            else
                assert_int_equal(is_plain(html, strlen(html)), i < 2);
        }
}

static void lost_memory_is_an_error(void **state)
{
    static const char page[] =
        PAGE "<p title='a&amp;b' long-name=x>x &amp; y</body>z<x-y>";
    enum garner_code code = GARNER_NOMEM;
    xmlDoc *doc;

    (void)state;
    for (unsigned n = 1; code == GARNER_NOMEM; n++) {
        gn_mem_fail_at(n);
        code = gn_htmlplain_parse(page, sizeof page - 1, &budget, &doc);
        gn_mem_fail_at(0);
    }
    assert_int_equal(code, GARNER_OK);
    gn_htmlnode_free(doc);
}

/* It would be copied each time: a page can have that a million times. */
static void a_long_text_is_not_gone_on_with(void **state)
{
    struct gn_buf page = {0};

    (void)state;
    gn_buf_text(&page, PAGE);
    for (int i = 0; i < 5000; i++)
        gn_buf_byte(&page, 'x');
    gn_buf_text(&page, "</body>");
    assert_true(is_plain(page.data, page.size));
    gn_buf_byte(&page, '\n');
    assert_false(is_plain(page.data, page.size));
    gn_buf_fini(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_long_text_is_not_gone_on_with),
        cmocka_unit_test(plain_pages_are_as_gumbo_has_them),
        cmocka_unit_test(what_is_odd_is_given_up),
        cmocka_unit_test(elements_in_elements),
        cmocka_unit_test(large_ones_and_spent_time),
        cmocka_unit_test(long_names_are_odd),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
