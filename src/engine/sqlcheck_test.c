/* sqlcheck_test.c - SQL that is wrong is known before anything is fetched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/sqlcheck.h"

static const struct gn_var vars[] = {{"symbol", "ABC"}};

static void rows_give_their_columns(void **state)
{
    static const char *const key[] = {"ID"};
    const struct gn_source source = {.vars = vars, .var_count = 1};
    const struct gn_rows_spec rows = {
        .sql = "select value as id, :symbol as s from json_each(:body)",
        .key = key,
        .key_count = 1};
    struct gn_rowset columns = {0};

    (void)state;
    assert_int_equal(gn_sqlcheck_rows(&source, &rows, NULL, NULL), GARNER_OK);
    assert_int_equal(gn_sqlcheck_rows(&source, &rows, &columns, NULL),
                     GARNER_OK);
    assert_int_equal(columns.column_count, 2);
    assert_string_equal(columns.columns[1], "s");
    gn_rowset_fini(&columns);
}

static void wrong_rows_are_told(void **state)
{
    static const char *const id[] = {"id"};
    static const char *const price[] = {"price"};
    static const struct gn_rows_expect full = {.not_null = price,
                                               .not_null_count = 1};
    static const struct {
        struct gn_rows_spec rows;
        enum garner_code code;
        const char *said;
    } cases[] = {
        {{.sql = "select 1 as a", .key = id, .key_count = 1},
         GARNER_INVALID,
         "the key \"id\" is no column of the SQL; name one"},
        {{.sql = "select 1 as a", .expect = &full},
         GARNER_INVALID,
         "\"price\", which expect names, is no column"},
        {{.sql = "select valu from json_each(:body)"}, GARNER_SQL, "valu"},
        {{.sql = "select :symbol as s"}, GARNER_SQL, ":symbol"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct gn_source source = {0};
        struct gn_rowset columns = {0};
        struct garner_error err = {0};

        assert_int_equal(
            gn_sqlcheck_rows(&source, &cases[i].rows, &columns, &err),
            cases[i].code);
        if (strstr(err.message, cases[i].said) == NULL)
            fail_msg("%s", err.message);
        gn_rowset_fini(&columns);
    }
}

static void the_next_page_is_said_by_sql(void **state)
{
    struct gn_source source = {.vars = vars, .var_count = 1};
    struct garner_error err = {0};

    (void)state;
    assert_int_equal(gn_sqlcheck_next(&source, NULL), GARNER_OK);
    source.next.sql = "select '/?page=' || (:page + 1) || :symbol";
    assert_int_equal(gn_sqlcheck_next(&source, NULL), GARNER_OK);
    source.next.sql = "select :pages";
    assert_int_equal(gn_sqlcheck_next(&source, &err), GARNER_SQL);
    assert_non_null(strstr(err.message, ":pages"));
}

static void a_crawl_follows_a_selector_or_sql(void **state)
{
    static const struct {
        const char *follow;
        enum garner_code code;
    } cases[] = {
        {"main a[href]", GARNER_OK},
        {"select url, :depth as priority from links_each(:body)", GARNER_OK},
        {"a[", GARNER_INVALID},
        {"select 1 as a", GARNER_INVALID},
    };
    struct gn_source source = {0};

    (void)state;
    assert_int_equal(gn_sqlcheck_follow(&source, NULL), GARNER_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct gn_crawl crawl = {.follow = cases[i].follow};

        source.crawl = &crawl;
        assert_int_equal(gn_sqlcheck_follow(&source, NULL), cases[i].code);
    }
}

static void lost_memory_is_said(void **state)
{
    static const struct gn_crawl crawl = {.follow = "a"};
    const struct gn_source source = {.crawl = &crawl,
                                     .next = {.sql = "select :body"}};
    const struct gn_rows_spec rows = {.sql = "select 1 as a"};

    (void)state;
    gn_mem_fail_at(1);
    assert_int_equal(gn_sqlcheck_rows(&source, &rows, NULL, NULL),
                     GARNER_NOMEM);
    gn_mem_fail_at(1);
    assert_int_equal(gn_sqlcheck_next(&source, NULL), GARNER_NOMEM);
    gn_mem_fail_at(1);
    assert_int_equal(gn_sqlcheck_follow(&source, NULL), GARNER_NOMEM);
    gn_mem_fail_at(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_give_their_columns),
        cmocka_unit_test(wrong_rows_are_told),
        cmocka_unit_test(the_next_page_is_said_by_sql),
        cmocka_unit_test(a_crawl_follows_a_selector_or_sql),
        cmocka_unit_test(lost_memory_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
