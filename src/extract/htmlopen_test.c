/* htmlopen_test.c - elements that are open, and what ends them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "extract/htmlnode.h"
#include "extract/htmlopen.h"

static void begin(struct gn_htmlopen *p, const char *attributes)
{
    *p = (struct gn_htmlopen){
        .tokens = {attributes, attributes + strlen(attributes), false}};
    p->doc = gn_htmlnode_document();
}

static void end(struct gn_htmlopen *p)
{
    gn_buf_fini(&p->text);
    gn_htmlnode_free(p->doc);
}

static void open_all(struct gn_htmlopen *p, const GumboTag *tags)
{
    for (; *tags != GUMBO_TAG_LAST; tags++)
        assert_true(gn_htmlopen_push_known(p, *tags));
}

#define OPEN(p, ...)                                                           \
    open_all(p, (const GumboTag[]){__VA_ARGS__, GUMBO_TAG_LAST})

static void what_is_put_into_them(void **state)
{
    struct gn_htmlopen p;
    const xmlNode *div;

    (void)state;
    begin(&p, " a='1&amp;2' b>x");
    OPEN(&p, GUMBO_TAG_DIV);
    div = gn_htmlopen_top(&p)->node;
    assert_true(gn_htmlopen_attributes(&p));
    assert_string_equal(p.tokens.at, "x");
    assert_true(gn_htmlopen_text(&p, "xy", 1));
    assert_true(gn_htmlopen_text(&p, "yz", 2));
    assert_true(gn_htmlopen_comment(&p, gn_htmlopen_parent(&p), "c", 1));
    gn_htmlopen_pop(&p);
    assert_ptr_equal(gn_htmlopen_parent(&p), p.doc);
    assert_string_equal((const char *)div->properties->children->content,
                        "1&2");
    assert_string_equal((const char *)div->children->content, "xyz");
    assert_ptr_equal(div->children->next, div->last);
    end(&p);
}

static void odd_attributes(void **state)
{
    static const char *const cases[] = {" a A>", " a=&nosuch;>", " a"};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_htmlopen p;

        begin(&p, cases[i]);
        OPEN(&p, GUMBO_TAG_DIV);
        assert_false(gn_htmlopen_attributes(&p));
        assert_false(p.lost);
        end(&p);
    }
}

static void what_ends_them(void **state)
{
    struct gn_htmlopen p;

    (void)state;
    begin(&p, "");
    OPEN(&p, GUMBO_TAG_UL, GUMBO_TAG_LI, GUMBO_TAG_DIV, GUMBO_TAG_P);
    assert_true(gn_htmlopen_has(&p, GUMBO_TAG_P));
    assert_true(gn_htmlopen_end_paragraph(&p));
    assert_true(gn_htmlopen_is_in(&p, GUMBO_TAG_DIV));
    assert_false(gn_htmlopen_end_item(&p, GUMBO_TAG_LI));
    gn_htmlopen_pop(&p);
    OPEN(&p, GUMBO_TAG_P);
    assert_true(gn_htmlopen_end_item(&p, GUMBO_TAG_LI));
    assert_true(gn_htmlopen_is_in(&p, GUMBO_TAG_UL));
    assert_true(gn_htmlopen_end_item(&p, GUMBO_TAG_LI));
    OPEN(&p, GUMBO_TAG_LI, GUMBO_TAG_P, GUMBO_TAG_TABLE, GUMBO_TAG_TD);
    assert_false(gn_htmlopen_has(&p, GUMBO_TAG_P));
    assert_true(gn_htmlopen_end_paragraph(&p));
    assert_true(gn_htmlopen_end_item(&p, GUMBO_TAG_LI));
    assert_int_equal(p.depth, 5);
    assert_int_equal(p.tables, 1);
    OPEN(&p, GUMBO_TAG_DD, GUMBO_TAG_P);
    assert_true(gn_htmlopen_end(&p, GUMBO_TAG_TD, GUMBO_TAG_LAST));
    assert_false(gn_htmlopen_end(&p, GUMBO_TAG_TD, GUMBO_TAG_LAST));
    gn_htmlopen_pop(&p);
    assert_int_equal(p.tables, 0);
    end(&p);
}

static void parts_of_tables(void **state)
{
    struct gn_htmlopen p;

    (void)state;
    begin(&p, "");
    assert_true(gn_htmlopen_is_part(GUMBO_TAG_COL));
    assert_true(gn_htmlopen_is_part(GUMBO_TAG_TD));
    assert_false(gn_htmlopen_is_part(GUMBO_TAG_TABLE));
    assert_false(gn_htmlopen_begin_part(&p, GUMBO_TAG_TD));
    OPEN(&p, GUMBO_TAG_TABLE);
    assert_true(gn_htmlopen_begin_part(&p, GUMBO_TAG_TD));
    assert_int_equal(p.depth, 3);
    OPEN(&p, GUMBO_TAG_TD, GUMBO_TAG_P);
    assert_true(gn_htmlopen_begin_part(&p, GUMBO_TAG_TD));
    assert_true(gn_htmlopen_is_in(&p, GUMBO_TAG_TR));
    OPEN(&p, GUMBO_TAG_TD);
    assert_true(gn_htmlopen_begin_part(&p, GUMBO_TAG_TFOOT));
    assert_true(gn_htmlopen_is_in(&p, GUMBO_TAG_TABLE));
    OPEN(&p, GUMBO_TAG_TFOOT);
    assert_false(gn_htmlopen_end_part(&p, GUMBO_TAG_TR));
    OPEN(&p, GUMBO_TAG_TR, GUMBO_TAG_TD, GUMBO_TAG_DIV);
    assert_false(gn_htmlopen_begin_part(&p, GUMBO_TAG_TD));
    gn_htmlopen_pop(&p);
    assert_true(gn_htmlopen_end_part(&p, GUMBO_TAG_TABLE));
    assert_int_equal(p.depth, 0);
    end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_put_into_them),
        cmocka_unit_test(odd_attributes),
        cmocka_unit_test(what_ends_them),
        cmocka_unit_test(parts_of_tables),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
