/* htmltoken_test.c - tokens of plain HTML, and what is odd. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "extract/htmltoken.h"

/* Exactly as large as it is, so that a sanitizer sees who reads on. */
static void write_tokens(const char *html, struct gn_buf *out)
{
    const size_t size = strlen(html);
    char *copy = test_malloc(size > 0 ? size : 1);
    struct gn_htmltokens t = {copy, copy + size, false};
    enum gn_htmltoken_kind kind;
    struct gn_htmltoken token;
    struct gn_htmlattribute a;

    for (size_t i = 0; i < size; i++)
        copy[i] = html[i];
    do {
        token = gn_htmltoken_next(&t);
        kind = token.kind;
        gn_buf_printf(out, "%.*s%.*s", 1, &"$?T<>!D"[kind], (int)token.size,
                      token.data);
        while (kind == GN_HTMLTOKEN_START &&
               (kind = gn_htmltoken_attribute(&t, &a)) == GN_HTMLTOKEN_START)
            gn_buf_printf(out, "[%.*s=%.*s]", (int)a.name_size, a.name,
                          (int)a.value_size, a.value);
        if (kind == GN_HTMLTOKEN_ODD && token.kind != kind)
            gn_buf_text(out, "?");
        if (kind == GN_HTMLTOKEN_END && token.kind != kind && t.closed)
            gn_buf_text(out, "/");
    } while (kind != GN_HTMLTOKEN_DONE && kind != GN_HTMLTOKEN_ODD);
    test_free(copy);
}

static void tokens(void **state)
{
    static const char *const cases[][2] = {
        {"", "$"},
        {"a<B>c</b >d", "Ta<BTc>bTd$"},
        {"<!DOCTYPE HTML><!---->", "D!$"},
        {"<!--a-b--->", "!a-b-$"},
        {"<a b c=d e='f>' g=\"\"h i/>", "<a[b=][c=d][e=f>][g=]?"},
        {"<a b c=d e='f>' g=\"\" h\n=\ti j/>",
         "<a[b=][c=d][e=f>][g=][h=i][j=]/$"},
        {"<a b=c/>", "<a[b=c/]$"},
        {"<a", "<a?"},
        {"<a b", "<a?"},
        {"<a b=", "<a?"},
        {"<a b=c", "<a[b=c]?"},
        {"<a b='c", "<a?"},
        {"<a b=>", "<a?"},
        {"<a b=c\"d>", "<a?"},
        {"<a \"b>", "<a?"},
        {"<a b\"c>", "<a?"},
        {"<a / b>", "<a?"},
        {"<a:b>", "<a?"},
        {"<", "?"},
        {"</", "?"},
        {"</a", "?"},
        {"</a b>", "?"},
        {"<1>", "?"},
        {"<!", "?"},
        {"<!--", "?"},
        {"<!-->", "?"},
        {"<!--->-->", "?"},
        {"<!--a--!>-->", "?"},
        {"<!doctype html public>", "?"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_buf out = {0};

        write_tokens(cases[i][0], &out);
        assert_string_equal(gn_buf_cstr(&out), cases[i][1]);
        gn_buf_fini(&out);
    }
}

static void references(void **state)
{
    static const struct {
        const char *text;
        bool in_attribute;
        const char *expected; /* NULL: odd */
    } cases[] = {
        {"a&amp;b&lt;&gt;&quot;&apos;", false, "a&b<>\"'"},
        {"&eacute;&nbsp;&euro;&alpha;", false,
         "\xc3\xa9\xc2\xa0\xe2\x82\xac\xce\xb1"},
        {"&#65;&#x42;&#X2014;&#xe9;", false, "AB\xe2\x80\x94\xc3\xa9"},
        {"& &&", false, "& &&"},
        {"a=1&b=2&copy=3", true, "a=1&b=2&copy=3"},
        {"a=1&b=2", false, NULL},
        {"&copy", false, NULL},
        {"&copy", true, NULL},
        {"&amp", true, NULL},
        {"&nosuch;", false, NULL},
        {"&lang;", false, NULL},
        {"&thisnameistoolong;", false, NULL},
        {"&#", false, NULL},
        {"&#;", false, NULL},
        {"&#x;", false, NULL},
        {"&#12a;", false, NULL},
        {"&#65", false, NULL},
        {"&#10;", false, NULL},
        {"&#x80;", false, NULL},
        {"&#xd800;", false, NULL},
        {"&#xfdd0;", false, NULL},
        {"&#xffff;", false, NULL},
        {"&#x10000;", false, NULL},
        {"&#99999999999999999999;", false, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_buf out = {0};
        const bool ok = gn_htmltoken_decode(
            cases[i].text, strlen(cases[i].text), cases[i].in_attribute, &out);

        assert_int_equal(ok, cases[i].expected != NULL);
        if (ok)
            assert_string_equal(gn_buf_cstr(&out), cases[i].expected);
        gn_buf_fini(&out);
    }
}

static void raw_texts(void **state)
{
    static const char html[] = "a<b></i></SCRIPT>x";
    static const char *const odd[] = {"a", "a</script", "a</script >x",
                                      "a<!--</script>"};
    struct gn_htmltokens t = {html, html + sizeof html - 1, false};
    const struct gn_htmltoken raw = gn_htmltoken_raw(&t, "script", 6);

    (void)state;
    assert_int_equal(raw.kind, GN_HTMLTOKEN_TEXT);
    assert_int_equal(raw.size, 8);
    assert_string_equal(t.at, "x");
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        t = (struct gn_htmltokens){odd[i], odd[i] + strlen(odd[i]), false};
        assert_int_equal(gn_htmltoken_raw(&t, "script", 6).kind,
                         GN_HTMLTOKEN_ODD);
    }
}

static void characters(void **state)
{
    static const char *const odd[] = {"\r",           "\x01",
                                      "\x7f",         "\xff",
                                      "\xc3",         "\xc2\x9f",
                                      "\xef\xb7\x90", "\xef\xbf\xbf",
                                      "\xef\xbb\xbf", "\xf0\x9f\xbf\xbe",
                                      "\xed\xa0\x80"};

    (void)state;
    assert_true(gn_htmltoken_is_plain("", 0));
    assert_true(gn_htmltoken_is_plain(
        "a\t\n\f\xc2\xa0\xe2\x82\xac\xee\xbf\xbf\xf0\x9f\x98\x80", 16));
    assert_false(gn_htmltoken_is_plain("a\0b", 3));
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
        assert_false(gn_htmltoken_is_plain(odd[i], strlen(odd[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens),
        cmocka_unit_test(references),
        cmocka_unit_test(raw_texts),
        cmocka_unit_test(characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
