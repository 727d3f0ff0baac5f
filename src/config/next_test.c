/* next_test.c - answers that go on on further pages, as a file says it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "config/load_testing.h"

#define HEAD "garner: 1\nsources: { a: { url: http://h/,\n"

static void link_or_sql_says_where(void **state)
{
    struct gn_config config = good(HEAD "next: link }}\n");
    const struct gn_source *s = &config.sources[0];

    (void)state;
    assert_true(s->next.link);
    assert_null(s->next.sql);
    assert_int_equal(s->next.most, 100);
    assert_true(gn_config_has_next(s));
    assert_false(gn_config_reads_body(s));
    gn_config_fini(&config);
    config = good(HEAD "next: 'select :body', pages: 7 }}\n");
    s = &config.sources[0];
    assert_false(s->next.link);
    assert_string_equal(s->next.sql, "select :body");
    assert_int_equal(s->next.line, 3);
    assert_int_equal(s->next.most, 7);
    assert_true(gn_config_has_next(s));
    assert_true(gn_config_reads_body(s));
    gn_config_fini(&config);
    config = good(HEAD "vars: { page: 1 } }}\n");
    assert_false(gn_config_has_next(&config.sources[0]));
    gn_config_fini(&config);
}

static bool has_page(const struct gn_source *s)
{
    size_t count = 0;
    const char **names = gn_config_parameters(s, &count);
    bool has = false;

    assert_non_null(names);
    for (size_t i = 0; i < count; i++)
        has = has || strcmp(names[i], "page") == 0;
    assert_string_equal(names[count - 1], "v");
    gn_free(names);
    return has;
}

static void the_number_is_a_parameter_then(void **state)
{
    struct gn_config config = good("garner: 1\nsources:\n"
                                   "  a: { url: http://h/, vars: { v: w } }\n"
                                   "  b: { url: http://h/, vars: { v: w },"
                                   " next: link }\n");

    (void)state;
    assert_false(has_page(&config.sources[0]));
    assert_true(has_page(&config.sources[1]));
    gn_config_fini(&config);
}

static void what_does_not_go_with_it_is_refused(void **state)
{
    (void)state;
    bad_source("pages: 7 ", "2:12: pages goes with next, which says where they "
                            "are; write next: link, or a select");
    bad_source(
        "next: header ",
        "3:7: next: \"header\" is neither link nor SQL; write link, or a "
        "select whose first column is the next page's URL");
    bad_source("next: link, pages: 0 ", "3:20: pages is \"0\"; write a whole "
                                        "number from 1 to 10000");
    bad("garner: 1\nsources: { a: { urls: { file: x }, next: link } }\n",
        "f:2:12: next: the pages of one URL follow one another; with crawl or "
        "urls there are many, remove one of them\n");
    bad_source("next: link, robots: obey ",
               "2:12: next: what robots.txt says is not looked at for each "
               "page yet; write robots: ignore, or remove next");
    bad_source("next: link, body: { save: x } ",
               "2:12: next: all pages would go to the file of body: save; "
               "remove one of them");
    bad_source("next: link, vars: { page: 1 } ",
               "2:12: next: the SQL has the page's number as :page; give the "
               "variable of that name another one");
    bad_source("next: link, rows: { table: t, sql: s, conflict: replace } ",
               "2:12: next: each page is stored by itself, and conflict of "
               "table t would take away the rows of the one before; take "
               "another");
    bad_source("next: link, rows: { table: t, sql: s, expect: { drop: 9% } } ",
               "2:12: next: the last page may have few rows, so that max_drop "
               "of table t says nothing; remove it");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(link_or_sql_says_where),
        cmocka_unit_test(the_number_is_a_parameter_then),
        cmocka_unit_test(what_does_not_go_with_it_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
