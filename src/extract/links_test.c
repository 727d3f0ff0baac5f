/* links_test.c - where pages lead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "extract/htmlnode.h"
#include "extract/htmltree.h"
#include "extract/links.h"

static struct gn_budget budget = {.deadline_ns = INT64_MAX};

/* "tag url text" of each link, * after those not to be followed. */
static void page_has(const char *html, const char *base, const char *expected)
{
    struct gn_buf out = {0};
    const xmlNode *top;
    struct gn_links l;
    xmlDoc *doc;

    assert_int_equal(gn_htmltree_parse(html, strlen(html), &budget, &doc, NULL),
                     GARNER_OK);
    top = (xmlNode *)doc;
    for (bool ok = gn_links_open(&l, &top, 1, base); l.link != NULL;
         ok = gn_links_next(&l)) {
        struct gn_buf text = {0};

        assert_true(ok);
        gn_links_text(&l, &text);
        gn_buf_printf(&out, "%s %s %s%s\n", (const char *)l.link->name,
                      gn_buf_cstr(&l.url), gn_buf_cstr(&text),
                      gn_links_nofollow(&l) ? "*" : "");
        gn_buf_fini(&text);
    }
    assert_string_equal(gn_buf_cstr(&out), expected);
    gn_links_close(&l);
    gn_buf_fini(&out);
    gn_htmlnode_free(doc);
}

static void links_of_all_kinds(void **state)
{
    (void)state;
    page_has("<link rel=next href='?p=2' title=more><p><a href=b>x <b>y</b></a>"
             "<a name=n>no</a><map><area href='/c' alt=C></map>"
             "<a href='//o/x#y'>o</a><img src=i>",
             "http://h/a/",
             "link http://h/a/?p=2 more\na http://h/a/b x y\n"
             "area http://h/c C\na http://o/x o\n");
    page_has("", "http://h/", "");
    page_has("<a href=''>self</a><a href=' \n?x y '>q</a>", "http://h/a?b",
             "a http://h/a?b self\na http://h/a?x%20y q\n");
}

static void what_is_no_page_is_left_out(void **state)
{
    (void)state;
    page_has("<a href='#top'>a</a><a href=' #'>b</a><a href='mailto:x@y'>c</a>"
             "<a href='javascript:x()'>d</a><a href='JAVASCRIPT:y'>e</a>"
             "<a href='tel:1'>f</a><a href='HTTP://h/g'>g</a>"
             "<a href='data:,'>h</a>",
             "http://h/", "a HTTP://h/g g\n");
}

static void the_base_of_the_page(void **state)
{
    (void)state;
    page_has("<base target=x><base href='/b/'><base href='/no/'><a href=x>a",
             "http://h/a/", "a http://h/b/x a\n");
    page_has("<base href='http://o/b/'><a href=x>a", NULL,
             "a http://o/b/x a\n");
    page_has("<base href='b/'><a href=x>a<a href='//o/'>b<a href='http://p/'>c",
             NULL, "a x a\na //o/ b\na http://p/ c\n");
    page_has("<a href=x#y>a", "mailto:x", "a x a\n");
}

static void links_not_to_be_followed(void **state)
{
    (void)state;
    page_has("<a rel='me NoFollow' href=a>a</a><a rel=nofollows href=b>b</a>",
             "http://h/", "a http://h/a a*\na http://h/b b\n");
    page_has("<meta name=Robots content='noindex,NOFOLLOW'><a href=a>a</a>",
             "http://h/", "a http://h/a a*\n");
    page_has("<meta name=robots content=none><a href=a>a</a>", "http://h/",
             "a http://h/a a*\n");
    page_has("<meta name=robots><meta name=x content=none><a href=a>a</a>",
             "http://h/", "a http://h/a a\n");
}

static void lost_memory_is_told(void **state)
{
    static const char html[] = "<base href='/b'><a href=x>a";
    unsigned failures = 0;
    xmlDoc *doc;

    (void)state;
    assert_int_equal(
        gn_htmltree_parse(html, sizeof html - 1, &budget, &doc, NULL),
        GARNER_OK);
    for (unsigned nth = 1; nth < 20; nth++) {
        const xmlNode *top = (xmlNode *)doc;
        struct gn_links l;

        gn_mem_fail_at(nth);
        if (!gn_links_open(&l, &top, 1, "http://h/"))
            failures++;
        else
            assert_string_equal(gn_buf_cstr(&l.url), "http://h/x");
        gn_mem_fail_at(0);
        gn_links_close(&l);
    }
    assert_in_range(failures, 4, 18);
    gn_htmlnode_free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(links_of_all_kinds),
        cmocka_unit_test(what_is_no_page_is_left_out),
        cmocka_unit_test(the_base_of_the_page),
        cmocka_unit_test(links_not_to_be_followed),
        cmocka_unit_test(lost_memory_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
