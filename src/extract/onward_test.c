/* onward_test.c - links as rows, and selectors as SQL. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "extract/onward.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void sql_is_told_from_selectors(void **state)
{
    static const char *const sql[] = {"select url from x", "SELECT\n1",
                                      " \n with a as (select 1) select 1"};
    static const char *const selectors[] = {
        "a[href]",     "",       "select", "select>a",
        "selection a", "within", "with",   "main a"};

    (void)state;
    for (size_t i = 0; i < COUNT(sql); i++)
        assert_true(gn_onward_is_sql(sql[i]));
    for (size_t i = 0; i < COUNT(selectors); i++)
        assert_false(gn_onward_is_sql(selectors[i]));
}

static void a_selector_is_one_argument(void **state)
{
    struct gn_buf sql = {0};

    (void)state;
    gn_onward_selector("a[rel='x']", &sql);
    assert_string_equal(gn_buf_cstr(&sql),
                        "select url, nofollow from links_each(:body, "
                        ":final_url, 'a[rel=''x'']')");
    gn_buf_fini(&sql);
}

static void types_of_html(void **state)
{
    static const char *const html[] = {"", "text/html",
                                       "Text/HTML; charset=utf-8",
                                       "text/html ;x", "application/xhtml+xml"};
    static const char *const others[] = {"text/plain", "text/htmlx",
                                         "application/json", "text/htm",
                                         "application/xml; text/html"};

    (void)state;
    for (size_t i = 0; i < COUNT(html); i++)
        assert_true(gn_onward_is_html(html[i], strlen(html[i])));
    for (size_t i = 0; i < COUNT(others); i++)
        assert_false(gn_onward_is_html(others[i], strlen(others[i])));
    assert_true(gn_onward_is_html(NULL, 0));
}

static void links_are_urls_of_one_form(void **state)
{
    const char *const names[] = {"Priority", "url", "nofollow", "sitemap"};
    const struct garner_value rows[][4] = {
        {garner_null(), garner_text("HTTP://h:80/a#b"), garner_null(),
         garner_null()},
        {garner_integer(7), garner_text("../c d"), garner_integer(1),
         garner_integer(0)},
        {garner_real(-1.6), garner_text("http://h/%7ex"), garner_integer(0),
         garner_integer(1)},
        {garner_real(1e300), garner_text("//o"), garner_text("1"),
         garner_null()},
        {garner_integer(1), garner_text("mailto:x@y"), garner_null(),
         garner_null()},
        {garner_integer(1), garner_null(), garner_null(), garner_null()},
        {garner_integer(1), garner_integer(1), garner_null(), garner_null()},
        {garner_integer(1), garner_text("http://"), garner_null(),
         garner_null()},
        {garner_integer(1), garner_text_n("http://h/\0", 10), garner_null(),
         garner_null()},
    };
    struct gn_onward page = {.sql = "s"};
    struct gn_rowset set = {0};
    const struct gn_link *l;

    (void)state;
    assert_int_equal(gn_rowset_columns(&set, names, 4, NULL), GARNER_OK);
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(gn_rowset_add(&set, rows[i], NULL), GARNER_OK);
    assert_int_equal(gn_onward_take(&page, &set, "https://h/x/y", NULL),
                     GARNER_OK);
    l = page.links;
    assert_int_equal(page.link_count, 4);
    assert_int_equal(page.other_count, 5);
    assert_string_equal(l[0].url, "http://h/a");
    assert_int_equal(l[0].size, 10);
    assert_int_equal(l[0].priority, 0);
    assert_false(l[0].nofollow);
    assert_false(l[0].is_sitemap);
    assert_string_equal(l[1].url, "https://h/c%20d");
    assert_int_equal(l[1].priority, 7);
    assert_true(l[1].nofollow);
    assert_string_equal(l[2].url, "http://h/~x");
    assert_int_equal(l[2].priority, -2);
    assert_true(l[2].is_sitemap);
    assert_string_equal(l[3].url, "https://o/");
    assert_int_equal(l[3].priority, 1000000000000000);
    assert_false(l[3].nofollow);
    gn_onward_fini(&page);
    page.nofollow = true; /* of the page, so of all its links */
    assert_int_equal(gn_onward_take(&page, &set, "", NULL), GARNER_OK);
    assert_int_equal(page.link_count, 2);
    assert_true(page.links[0].nofollow);
    gn_onward_fini(&page);
    assert_null(page.links);
    gn_rowset_fini(&set);
}

static void what_is_no_row_of_links_is_told(void **state)
{
    static const struct {
        const char *columns[2];
        size_t count;
        const char *message;
    } cases[] = {
        {{"href"},
         1,
         "\"href\" is no column of links; select url, and priority, nofollow "
         "or sitemap if you like"},
        {{"priority"},
         1,
         "links have no column url; name one of the SQL's so, with AS"},
        {{"url", "priority"},
         2,
         "the priority of a link is no number; write cast(... as integer)"},
    };
    const struct garner_value row[] = {garner_text("http://h/"),
                                       garner_text("high")};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct gn_rowset set = {0};
        struct gn_onward page = {0};
        struct garner_error err;

        assert_int_equal(
            gn_rowset_columns(&set, cases[i].columns, cases[i].count, NULL),
            GARNER_OK);
        assert_int_equal(gn_rowset_add(&set, row, NULL), GARNER_OK);
        assert_int_equal(gn_onward_take(&page, &set, "", &err), GARNER_INVALID);
        assert_string_equal(err.message, cases[i].message);
        assert_int_equal(gn_onward_check_columns(&set, &err),
                         i < 2 ? GARNER_INVALID : GARNER_OK);
        gn_onward_fini(&page);
        gn_rowset_fini(&set);
    }
}

static void lost_memory_is_told(void **state)
{
    const char *const names[] = {"url"};
    const struct garner_value row[] = {garner_text("a")};
    struct gn_rowset set = {0};
    unsigned failures = 0;

    (void)state;
    assert_int_equal(gn_rowset_columns(&set, names, 1, NULL), GARNER_OK);
    assert_int_equal(gn_rowset_add(&set, row, NULL), GARNER_OK);
    for (unsigned nth = 1; nth < 20; nth++) {
        struct gn_onward page = {0};
        enum garner_code code;

        gn_mem_fail_at(nth);
        code = gn_onward_take(&page, &set, "http://h/", NULL);
        gn_mem_fail_at(0);
        if (code != GARNER_OK) {
            assert_int_equal(code, GARNER_NOMEM);
        } else {
            assert_int_equal(page.link_count, 1);
            assert_string_equal(page.links[0].url, "http://h/a");
        }
        failures += code != GARNER_OK;
        gn_onward_fini(&page);
    }
    assert_in_range(failures, 4, 18);
    gn_rowset_fini(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sql_is_told_from_selectors),
        cmocka_unit_test(a_selector_is_one_argument),
        cmocka_unit_test(types_of_html),
        cmocka_unit_test(links_are_urls_of_one_form),
        cmocka_unit_test(what_is_no_row_of_links_is_told),
        cmocka_unit_test(lost_memory_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
